"""What the line itself says, in every language it speaks; the authority's own words are the front message."""

from typing import NamedTuple

from tocsin.calls.rules.waiting import Minutes


class Phrases(NamedTuple):
    """The line's sentences in one language."""

    choose: str  # {key}
    other_language: str
    skip: str
    choose_stream: str
    questions: str
    press: str  # {key}
    agent: str
    again: str
    answers_in_line: str
    exercise: str
    nothing_open: str
    closed: str
    outside_hours: str
    not_taken: str
    position: str  # {position}
    many_before: str  # {count}
    less: str  # {high}
    between: str  # {low} {high}
    more: str  # {low}
    more_than_an_hour: str
    nobody_at_work: str
    agent_lost: str
    stay: str


PHRASES: dict[str, Phrases] = {
    "nl": Phrases(
        choose="Voor Nederlands, druk op {key}.",
        other_language="Voor een andere taal, druk op ster.",
        skip="Hebt u deze boodschap al gehoord? Druk op hekje om verder te gaan.",
        choose_stream="Voor informatie, druk op 1. Bent u zelf getroffen of zoekt u een naaste? Druk op 2.",
        questions="Op deze vragen hoort u meteen het antwoord.",
        press="Druk op {key}.",
        agent="Blijf aan de lijn voor een medewerker, of druk op 0.",
        again="Om het antwoord opnieuw te horen, druk op 1. Voor de andere vragen, druk op 2.",
        answers_in_line="Om intussen de antwoorden op veelgestelde vragen te horen, druk op 9. U behoudt "
        "uw plaats.",
        exercise="Dit is een oefening.",
        nothing_open="Dit informatienummer is nu niet in gebruik. Bij gevaar belt u het noodnummer 112.",
        closed="Dit informatienummer is gesloten en neemt geen oproepen meer aan. Bij gevaar belt u het "
        "noodnummer 112.",
        outside_hours="Dit informatienummer is nu gesloten. Bij gevaar belt u het noodnummer 112.",
        not_taken="Wij kunnen uw oproep nu niet aannemen. Bij gevaar belt u het noodnummer 112.",
        position="Blijf aan de lijn. U bent nummer {position} in de wachtrij.",
        many_before="Blijf aan de lijn. Er wachten meer dan {count} mensen voor u.",
        less="U wacht waarschijnlijk nog minder dan {high} minuten.",
        between="U wacht waarschijnlijk nog {low} tot {high} minuten.",
        more="U wacht waarschijnlijk nog meer dan {low} minuten.",
        more_than_an_hour="U wacht waarschijnlijk nog meer dan een uur.",
        nobody_at_work="Op dit ogenblik is er niemand aan het werk die uw oproep kan aannemen.",
        agent_lost="De verbinding met uw medewerker is weggevallen. Blijf aan de lijn, u wordt eerst geholpen.",
        stay="Blijf aan de lijn.",
    ),
    "fr": Phrases(
        choose="Pour le français, appuyez sur {key}.",
        other_language="Pour une autre langue, appuyez sur étoile.",
        skip="Vous avez déjà entendu ce message ? Appuyez sur dièse pour continuer.",
        choose_stream="Pour des informations, appuyez sur 1. Si vous êtes touché ou cherchez un "
        "proche, appuyez sur 2.",
        questions="Voici les questions auxquelles vous entendrez tout de suite la réponse.",
        press="Appuyez sur {key}.",
        agent="Restez en ligne pour parler à un collaborateur, ou appuyez sur 0.",
        again="Pour réentendre la réponse, appuyez sur 1. Pour les autres questions, appuyez sur 2.",
        answers_in_line="Pour entendre en attendant les réponses aux questions fréquentes, appuyez sur "
        "9. Vous gardez votre place.",
        exercise="Ceci est un exercice.",
        nothing_open="Ce numéro d'information n'est pas en service. En cas de danger, appelez le 112.",
        closed="Ce numéro d'information est fermé et ne prend plus d'appels. En cas de danger, appelez le 112.",
        outside_hours="Ce numéro d'information est fermé à cette heure. En cas de danger, appelez le 112.",
        not_taken="Nous ne pouvons pas prendre votre appel maintenant. En cas de danger, appelez le 112.",
        position="Restez en ligne. Vous êtes numéro {position} dans la file d'attente.",
        many_before="Restez en ligne. Plus de {count} personnes attendent avant vous.",
        less="Vous attendrez sans doute encore moins de {high} minutes.",
        between="Vous attendrez sans doute encore de {low} à {high} minutes.",
        more="Vous attendrez sans doute encore plus de {low} minutes.",
        more_than_an_hour="Vous attendrez sans doute encore plus d'une heure.",
        nobody_at_work="En ce moment, personne n'est en service pour prendre votre appel.",
        agent_lost="La liaison avec votre correspondant est coupée. Restez en ligne, vous passerez en premier.",
        stay="Restez en ligne.",
    ),
    "de": Phrases(
        choose="Für Deutsch drücken Sie die {key}.",
        other_language="Für eine andere Sprache drücken Sie die Sterntaste.",
        skip="Sie kennen diese Ansage schon? Mit der Rautetaste geht es weiter.",
        choose_stream="Für Informationen drücken Sie die 1. Sind Sie selbst betroffen oder suchen "
        "Sie Angehörige? Drücken Sie die 2.",
        questions="Auf diese Fragen hören Sie sofort die Antwort.",
        press="Drücken Sie die {key}.",
        agent="Für ein Gespräch mit einem Mitarbeiter bleiben Sie am Apparat, oder drücken Sie die 0.",
        again="Um die Antwort noch einmal zu hören, drücken Sie die 1. Für die anderen Fragen drücken Sie die 2.",
        answers_in_line="Um inzwischen die Antworten auf häufige Fragen zu hören, drücken Sie die 9. Sie "
        "behalten Ihren Platz.",
        exercise="Dies ist eine Übung.",
        nothing_open="Diese Auskunftsnummer ist zurzeit nicht in Betrieb. Bei Gefahr rufen Sie die 112.",
        closed="Diese Auskunftsnummer ist geschlossen und nimmt keine Anrufe mehr an. Bei Gefahr rufen Sie "
        "die 112.",
        outside_hours="Diese Auskunftsnummer ist jetzt geschlossen. Bei Gefahr rufen Sie die 112.",
        not_taken="Wir können Ihren Anruf jetzt nicht annehmen. Bei Gefahr rufen Sie die 112.",
        position="Bitte bleiben Sie am Apparat. Sie sind Nummer {position} in der Warteschlange.",
        many_before="Bitte bleiben Sie am Apparat. Mehr als {count} Personen warten vor Ihnen.",
        less="Sie warten voraussichtlich noch weniger als {high} Minuten.",
        between="Sie warten voraussichtlich noch {low} bis {high} Minuten.",
        more="Sie warten voraussichtlich noch mehr als {low} Minuten.",
        more_than_an_hour="Sie warten voraussichtlich noch mehr als eine Stunde.",
        nobody_at_work="Zurzeit ist niemand im Dienst, der Ihren Anruf annehmen kann.",
        agent_lost="Die Verbindung zu Ihrem Gesprächspartner ist unterbrochen. Bitte bleiben Sie am Apparat, "
        "Sie sind als Erster an der Reihe.",
        stay="Bitte bleiben Sie am Apparat.",
    ),
    "en": Phrases(
        choose="For English, press {key}.",
        other_language="For another language, press star.",
        skip="Have you heard this message before? Press hash to go on.",
        choose_stream="For information, press 1. If you are affected yourself or are looking for "
        "a relative, press 2.",
        questions="You can hear the answers to these questions at once.",
        press="Press {key}.",
        agent="To speak with an agent, stay on the line or press 0.",
        again="To hear the answer again, press 1. For the other questions, press 2.",
        answers_in_line="To hear the answers to frequent questions meanwhile, press 9. You keep your place.",
        exercise="This is an exercise.",
        nothing_open="This information number is not in use at the moment. If you are in danger, call 112.",
        closed="This information number has closed and takes no more calls. If you are in danger, call 112.",
        outside_hours="This information number is closed at this hour. If you are in danger, call 112.",
        not_taken="We cannot take your call now. If you are in danger, call 112.",
        position="Please stay on the line. You are number {position} in the queue.",
        many_before="Please stay on the line. More than {count} people are waiting before you.",
        less="You will probably wait less than {high} minutes.",
        between="You will probably wait between {low} and {high} minutes.",
        more="You will probably wait more than {low} minutes.",
        more_than_an_hour="You will probably wait more than an hour.",
        nobody_at_work="At this moment nobody is at work who can take your call.",
        agent_lost="The connection to your agent was lost. Please stay on the line, you are first.",
        stay="Please stay on the line.",
    ),
    "uk": Phrases(
        choose="Для української мови натисніть {key}.",
        other_language="Щоб вибрати іншу мову, натисніть зірочку.",
        skip="Ви вже чули це повідомлення? Натисніть решітку, щоб продовжити.",
        choose_stream="Щоб отримати інформацію, натисніть 1. Якщо ви постраждали або шукаєте "
        "близьких, натисніть 2.",
        questions="На ці запитання ви одразу почуєте відповідь.",
        press="Натисніть {key}.",
        agent="Щоб поговорити з оператором, залишайтеся на лінії або натисніть 0.",
        again="Щоб почути відповідь ще раз, натисніть 1. Щоб почути інші запитання, натисніть 2.",
        answers_in_line="Щоб тим часом почути відповіді на поширені запитання, натисніть 9. Ви збережете "
        "своє місце в черзі.",
        exercise="Це навчання.",
        nothing_open="Цей інформаційний номер зараз не працює. У разі небезпеки телефонуйте 112.",
        closed="Цей інформаційний номер закрито, дзвінків він більше не приймає. У разі небезпеки телефонуйте "
        "112.",
        outside_hours="Цей інформаційний номер зараз зачинений. У разі небезпеки телефонуйте 112.",
        not_taken="Зараз ми не можемо прийняти ваш дзвінок. У разі небезпеки телефонуйте 112.",
        position="Залишайтеся на лінії. Ваш номер у черзі {position}.",
        many_before="Залишайтеся на лінії. Перед вами чекають понад {count} людей.",
        less="Імовірно, вам доведеться чекати ще менше {high} хвилин.",
        between="Імовірно, вам доведеться чекати ще від {low} до {high} хвилин.",
        more="Імовірно, вам доведеться чекати ще більше {low} хвилин.",
        more_than_an_hour="Імовірно, вам доведеться чекати ще більше години.",
        nobody_at_work="Зараз на зміні немає оператора, який може прийняти ваш дзвінок.",
        agent_lost="Зв'язок з оператором перервано. Залишайтеся на лінії, вам допоможуть першими.",
        stay="Залишайтеся на лінії.",
    ),
    "ru": Phrases(
        choose="Для русского языка нажмите {key}.",
        other_language="Чтобы выбрать другой язык, нажмите звёздочку.",
        skip="Вы уже слышали это сообщение? Нажмите решётку, чтобы продолжить.",
        choose_stream="Для получения информации нажмите 1. Если вы пострадали или ищете близких, нажмите 2.",
        questions="На эти вопросы вы сразу услышите ответ.",
        press="Нажмите {key}.",
        agent="Чтобы поговорить с оператором, оставайтесь на линии или нажмите 0.",
        again="Чтобы услышать ответ ещё раз, нажмите 1. Чтобы услышать другие вопросы, нажмите 2.",
        answers_in_line="Чтобы тем временем услышать ответы на частые вопросы, нажмите 9. Вы сохраните "
        "своё место в очереди.",
        exercise="Это учение.",
        nothing_open="Этот информационный номер сейчас не работает. В случае опасности звоните 112.",
        closed="Этот информационный номер закрыт и больше не принимает звонков. В случае опасности звоните 112.",
        outside_hours="Этот информационный номер сейчас закрыт. В случае опасности звоните 112.",
        not_taken="Сейчас мы не можем принять ваш звонок. В случае опасности звоните 112.",
        position="Оставайтесь на линии. Ваш номер в очереди {position}.",
        many_before="Оставайтесь на линии. Перед вами ждут более {count} человек.",
        less="Вероятно, вам придётся ждать ещё меньше {high} минут.",
        between="Вероятно, вам придётся ждать ещё от {low} до {high} минут.",
        more="Вероятно, вам придётся ждать ещё больше {low} минут.",
        more_than_an_hour="Вероятно, вам придётся ждать ещё больше часа.",
        nobody_at_work="Сейчас на смене нет оператора, который может принять ваш звонок.",
        agent_lost="Связь с оператором прервалась. Оставайтесь на линии, вам помогут первыми.",
        stay="Оставайтесь на линии.",
    ),
}

# Positions are announced one by one up to here; beyond, only that more are waiting.
LAST_POSITION = 20


def position_text(language: str, position: int) -> str:
    """How a place in line is told: 1 is next."""
    phrases = PHRASES[language]
    if position > LAST_POSITION:
        return phrases.many_before.format(count=LAST_POSITION)
    return phrases.position.format(position=position)


# Where a number of minutes has another form in the sentences than the voice would give its digits: the genitive,
# which "less than", "more than", "from" and "to" all ask for.
MINUTES = {
    "uk": {
        2: "двох",
        5: "п'яти",
        10: "десяти",
        15: "п'ятнадцяти",
        20: "двадцяти",
        30: "тридцяти",
        45: "сорока п'яти",
        60: "шістдесяти",
    },
    "ru": {
        2: "двух",
        5: "пяти",
        10: "десяти",
        15: "пятнадцати",
        20: "двадцати",
        30: "тридцати",
        45: "сорока пяти",
        60: "шестидесяти",
    },
}


def wait_text(language: str, wait: Minutes | None) -> str:
    """How a wait is told; None where nobody is at work."""
    phrases = PHRASES[language]
    if wait is None:
        return phrases.nobody_at_work
    low, high = (MINUTES.get(language, {}).get(end or 0, str(end)) for end in wait)
    if wait.high is None:
        return phrases.more_than_an_hour if wait.low == 60 else phrases.more.format(low=low)
    return phrases.between.format(low=low, high=high) if wait.low else phrases.less.format(high=high)
