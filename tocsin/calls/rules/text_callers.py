"""What callers are sent who asked an authority for text instead of speech, because they cannot hear."""

from datetime import timedelta

from tocsin.calls.rules.phrases import PHRASES

# Who calls again and again is sent the message of the line at most once in this time.
ONCE_IN = timedelta(minutes=10)
# What comes with the first SMS, so that nobody is surprised by the next.
FROM_NOW_ON = {
    "nl": "Voortaan krijgt u zo'n sms telkens als u ons belt.",
    "fr": "Désormais, vous recevrez un SMS comme celui-ci chaque fois que vous nous appellerez.",
    "de": "Ab jetzt erhalten Sie bei jedem Anruf bei uns eine solche SMS.",
    "en": "From now on you get an SMS like this whenever you call us.",
    "uk": "Відтепер ви отримуватимете таке СМС щоразу, коли телефонуєте нам.",
    "ru": "Теперь вы будете получать такое СМС каждый раз, когда звоните нам.",
}


def worded(*approved: str, language: str, exercise: bool) -> str:
    """The SMS of these approved texts, those that are empty left out; in an exercise it says so first.

    >>> worded("Blijf binnen.", "", "rivaal.example", language="nl", exercise=True)
    'Dit is een oefening. Blijf binnen. rivaal.example'
    """
    texts = [" ".join(text.split()) for text in approved if text.strip()]
    return " ".join([PHRASES[language].exercise, *texts] if texts and exercise else texts)
