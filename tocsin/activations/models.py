"""Activations, their steps, and what callers hear first."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tocsin.activations.rules import (
    ANSWER_KEYS,
    INCIDENT_KEYS,
    LIVE_STATES,
    LONGEST_ARTICLE,
    LONGEST_NAME,
    LONGEST_QUESTION,
    LONGEST_SMS,
    LONGEST_SURVEY,
    MOST_DAYS,
    Kind,
    State,
    Stream,
    Target,
    spoken_name,
)
from tocsin.authorities.models import Authority, Number


def only_information() -> list[str]:
    """The streams of an activation that says nothing of them."""
    return [Stream.D5.value]


class Activation(models.Model):
    """An authority opens the centre on a number, for one event, real or exercise."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="activations")
    number = models.ForeignKey(Number, on_delete=models.PROTECT, related_name="activations")
    title = models.CharField(max_length=120)
    # By which callers choose it where several are open on the number; it stays while it is live.
    key = models.PositiveSmallIntegerField(default=INCIDENT_KEYS[0], db_default=INCIDENT_KEYS[0])
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    languages = ArrayField(models.CharField(max_length=2))
    streams = ArrayField(models.CharField(max_length=2), default=only_information, db_default=[Stream.D5.value])
    # What is asked of an agent for its callers, and after how long a wait no more.
    language_level = models.PositiveSmallIntegerField(default=1, db_default=1)
    skills = models.JSONField(default=dict, db_default={})
    relaxed_after = models.DurationField(null=True)
    # What is aimed at; all figures of the activation are told by it, those of earlier calls, too.
    target_within = models.DurationField(default=Target().within, db_default=Target().within)
    target_percent = models.PositiveSmallIntegerField(default=Target().percent, db_default=Target().percent)
    # Whether callers may ask to be called back, and whether numbers are then dialled without asking the agent.
    call_backs = models.BooleanField(default=True, db_default=False)
    dials_itself = models.BooleanField(default=False, db_default=False)
    # How many callers wait in person before others are offered a call-back; None as many as there is room for.
    most_waiting = models.PositiveSmallIntegerField(null=True)
    # Copied from the authority when ordered, so that later figures keep the day they were counted in.
    timezone = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    ordered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "key"],
                condition=models.Q(state__in=[state.value for state in LIVE_STATES]),
                name="one_live_activation_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(key__gte=min(INCIDENT_KEYS), key__lte=max(INCIDENT_KEYS)),
                name="key_of_an_incident",
            ),
            models.CheckConstraint(condition=~models.Q(languages=[]), name="activation_speaks"),
            models.CheckConstraint(
                condition=models.Q(streams__contains=[Stream.D5.value]), name="activation_informs"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def target(self) -> Target:
        """The share of calls, and the time within which they are to be answered."""
        return Target(self.target_within, self.target_percent)


class ActivationStep(models.Model):
    """One transition of an activation: who, when, why. The order itself goes from nothing to `ordered`."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    at = models.DateTimeField()
    # Empty where the centre itself took the step: the line answers, the last caller left.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} → {self.after}"


class Words(models.Model):
    """What an activation says to callers, in one language: every version, of which the newest is in force."""

    language = models.CharField(max_length=2)
    text = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.language}: {self.text[:40]}"


class SpokenWords(Words):
    """What callers hear. `recording` is the media name of an uploaded recording, played instead of the text."""

    recording = models.CharField(max_length=80, blank=True)

    class Meta(Words.Meta):
        abstract = True

    @property
    def media_name(self) -> str:
        """The recording that callers hear: the one uploaded, or the text, spoken."""
        return self.recording or spoken_name(self.language, self.text)


class FrontMessage(SpokenWords):
    """What every caller hears before waiting, in one language; the newest of a language is the one in force."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="front_messages")
    text = models.TextField()


class IncidentName(Words):
    """What callers who choose between several hear an activation called, in one language; the newest counts."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="incident_names")
    text = models.CharField(max_length=LONGEST_NAME, blank=True)

    def __str__(self) -> str:
        return f"{self.language}: {self.text}"


class KeypadAnswer(SpokenWords):
    """What a caller hears who presses the key of a question, in one language; the newest of a key is in force.

    Without a question the key is out of use.
    """

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="keypad_answers")
    key = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=LONGEST_QUESTION, blank=True)

    class Meta(SpokenWords.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(key__gte=min(ANSWER_KEYS), key__lte=max(ANSWER_KEYS)), name="key_of_an_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.key}: {self.question[:40]}"


class News(Words):
    """What callers in line are told now and then, in one language; the newest is in force, an empty text none."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="news")

    @property
    def media_name(self) -> str:
        """The recording that callers hear."""
        return spoken_name(self.language, self.text)


class SmsText(Words):
    """What callers are sent by SMS who ask for it, in one language; the newest is in force, an empty text none."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="sms_texts")
    text = models.CharField(max_length=LONGEST_SMS, blank=True)


class SurveyQuestion(Words):
    """What callers are asked after the conversation, in one language; the newest is in force, an empty text none.

    What callers answered was asked in these words, so none is ever changed.
    """

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="survey_questions")
    text = models.CharField(max_length=LONGEST_SURVEY, blank=True)


class HearingTerms(models.Model):
    """What the law asks where conversations are heard or recorded; the newest of an activation are in force.

    Callers agreed to the terms that were in force when they were asked, so none is ever changed.
    """

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="hearing_terms")
    # Whether callers are told that a coordinator may listen in.
    tells_hearing = models.BooleanField(default=False)
    # Whether conversations are recorded: every one of callers who agreed, or those that a coordinator asks for.
    records = models.BooleanField(default=False)
    every = models.BooleanField(default=True)
    # Whether callers in line may leave a question by voice.
    questions = models.BooleanField(default=False, db_default=False)
    # On what legal basis, and in which article.
    basis = models.TextField(blank=True)
    article = models.CharField(max_length=LONGEST_ARTICLE, blank=True)
    # By language, what callers are told before they are asked to agree.
    notices = models.JSONField(default=dict)
    # After so many days a tape is deleted, and a question left by voice.
    days = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(records=False, questions=False)
                | (models.Q(days__gte=1, days__lte=MOST_DAYS) & ~models.Q(basis="") & ~models.Q(article="")),
                name="recording_has_a_basis_and_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activation}: {self.article or 'nothing is recorded'}"


class OpeningHours(models.Model):
    """A stretch of a weekday on which calls are taken, in the activation's local time; none means always."""

    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    start = models.TimeField()
    until = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_of_seven"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start:%H:%M}-{self.until:%H:%M}"
