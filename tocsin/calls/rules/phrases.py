"""What the line itself says, in every language it speaks; the authority's own words are the front message."""

from typing import NamedTuple


class Phrases(NamedTuple):
    """The line's sentences in one language."""

    choose: str  # {key}
    other_language: str
    skip: str
    choose_stream: str
    exercise: str
    nothing_open: str
    outside_hours: str
    position: str  # {position}
    many_before: str  # {count}
    agent_lost: str
    stay: str


PHRASES: dict[str, Phrases] = {
    "nl": Phrases(
        choose="Voor Nederlands, druk op {key}.",
        other_language="Voor een andere taal, druk op ster.",
        skip="Hebt u deze boodschap al gehoord? Druk op hekje om verder te gaan.",
        choose_stream="Voor informatie, druk op 1. Bent u zelf getroffen of zoekt u een naaste? Druk op 2.",
        exercise="Dit is een oefening.",
        nothing_open="Dit informatienummer is nu niet in gebruik. Bij gevaar belt u het noodnummer 112.",
        outside_hours="Dit informatienummer is nu gesloten. Bij gevaar belt u het noodnummer 112.",
        position="Blijf aan de lijn. U bent nummer {position} in de wachtrij.",
        many_before="Blijf aan de lijn. Er wachten meer dan {count} mensen voor u.",
        agent_lost="De verbinding met uw medewerker is weggevallen. Blijf aan de lijn, u wordt eerst geholpen.",
        stay="Blijf aan de lijn.",
    ),
    "fr": Phrases(
        choose="Pour le français, appuyez sur {key}.",
        other_language="Pour une autre langue, appuyez sur étoile.",
        skip="Vous avez déjà entendu ce message ? Appuyez sur dièse pour continuer.",
        choose_stream="Pour des informations, appuyez sur 1. Si vous êtes touché ou cherchez un "
        "proche, appuyez sur 2.",
        exercise="Ceci est un exercice.",
        nothing_open="Ce numéro d'information n'est pas en service. En cas de danger, appelez le 112.",
        outside_hours="Ce numéro d'information est fermé à cette heure. En cas de danger, appelez le 112.",
        position="Restez en ligne. Vous êtes numéro {position} dans la file d'attente.",
        many_before="Restez en ligne. Plus de {count} personnes attendent avant vous.",
        agent_lost="La liaison avec votre correspondant est coupée. Restez en ligne, vous passerez en premier.",
        stay="Restez en ligne.",
    ),
    "de": Phrases(
        choose="Für Deutsch drücken Sie die {key}.",
        other_language="Für eine andere Sprache drücken Sie die Sterntaste.",
        skip="Sie kennen diese Ansage schon? Mit der Rautetaste geht es weiter.",
        choose_stream="Für Informationen drücken Sie die 1. Sind Sie selbst betroffen oder suchen "
        "Sie Angehörige? Drücken Sie die 2.",
        exercise="Dies ist eine Übung.",
        nothing_open="Diese Auskunftsnummer ist zurzeit nicht in Betrieb. Bei Gefahr rufen Sie die 112.",
        outside_hours="Diese Auskunftsnummer ist jetzt geschlossen. Bei Gefahr rufen Sie die 112.",
        position="Bitte bleiben Sie am Apparat. Sie sind Nummer {position} in der Warteschlange.",
        many_before="Bitte bleiben Sie am Apparat. Mehr als {count} Personen warten vor Ihnen.",
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
        exercise="This is an exercise.",
        nothing_open="This information number is not in use at the moment. If you are in danger, call 112.",
        outside_hours="This information number is closed at this hour. If you are in danger, call 112.",
        position="Please stay on the line. You are number {position} in the queue.",
        many_before="Please stay on the line. More than {count} people are waiting before you.",
        agent_lost="The connection to your agent was lost. Please stay on the line, you are first.",
        stay="Please stay on the line.",
    ),
    "uk": Phrases(
        choose="Для української мови натисніть {key}.",
        other_language="Щоб вибрати іншу мову, натисніть зірочку.",
        skip="Ви вже чули це повідомлення? Натисніть решітку, щоб продовжити.",
        choose_stream="Щоб отримати інформацію, натисніть 1. Якщо ви постраждали або шукаєте "
        "близьких, натисніть 2.",
        exercise="Це навчання.",
        nothing_open="Цей інформаційний номер зараз не працює. У разі небезпеки телефонуйте 112.",
        outside_hours="Цей інформаційний номер зараз зачинений. У разі небезпеки телефонуйте 112.",
        position="Залишайтеся на лінії. Ваш номер у черзі {position}.",
        many_before="Залишайтеся на лінії. Перед вами чекають понад {count} людей.",
        agent_lost="Зв'язок з оператором перервано. Залишайтеся на лінії, вам допоможуть першими.",
        stay="Залишайтеся на лінії.",
    ),
    "ru": Phrases(
        choose="Для русского языка нажмите {key}.",
        other_language="Чтобы выбрать другой язык, нажмите звёздочку.",
        skip="Вы уже слышали это сообщение? Нажмите решётку, чтобы продолжить.",
        choose_stream="Для получения информации нажмите 1. Если вы пострадали или ищете близких, нажмите 2.",
        exercise="Это учение.",
        nothing_open="Этот информационный номер сейчас не работает. В случае опасности звоните 112.",
        outside_hours="Этот информационный номер сейчас закрыт. В случае опасности звоните 112.",
        position="Оставайтесь на линии. Ваш номер в очереди {position}.",
        many_before="Оставайтесь на линии. Перед вами ждут более {count} человек.",
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
