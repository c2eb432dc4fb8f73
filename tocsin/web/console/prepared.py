"""What the front message says until the officer has better words: true of any event, so that nothing holds up
the opening of the line."""

_PREPARED = {
    "nl": "U belt het informatienummer van {authority}. Er is iets gebeurd en wij verzamelen de informatie. "
    "Blijf aan de lijn: een medewerker beantwoordt uw vraag. Bent u in gevaar, bel dan 112.",
    "fr": "Numéro d'information : {authority}. Un événement est en cours et nous "
    "rassemblons les informations. Restez en ligne : un collaborateur va vous répondre. "
    "En cas de danger, appelez le 112.",
    "de": "Sie haben die Auskunftsnummer von {authority} gewählt. Es ist etwas geschehen, und wir sammeln "
    "die Informationen. Bleiben Sie am Apparat: Ein Mitarbeiter beantwortet Ihre Frage. "
    "Bei Gefahr wählen Sie die 112.",
    "en": "You have reached the information number of {authority}. Something has happened and we are "
    "gathering the facts. Please stay on the line: somebody will answer your question. "
    "If you are in danger, call 112.",
    "uk": "Ви зателефонували на інформаційний номер: {authority}. Сталася подія, і ми збираємо інформацію. "
    "Залишайтеся на лінії: оператор відповість на ваше запитання. У разі небезпеки телефонуйте 112.",
    "ru": "Вы позвонили на информационный номер: {authority}. Произошло событие, и мы собираем информацию. "
    "Оставайтесь на линии: оператор ответит на ваш вопрос. В случае опасности звоните 112.",
}


def prepared_text(language: str, *, authority: str) -> str:
    """The prepared front message in one of the spoken languages."""
    return _PREPARED[language].format(authority=authority)
