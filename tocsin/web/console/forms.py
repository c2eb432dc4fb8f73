"""What is filled in: opening a line, changing what it says, closing it, and why something is heard or done."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.activations.rules import LONGEST_NAME, LONGEST_QUESTION, SPOKEN_LANGUAGES, Hours, Stream
from tocsin.authorities.models import Authority, Number
from tocsin.calls.models import LONGEST_REASON
from tocsin.refusals import Refusal
from tocsin.web.console.prepared import prepared_text
from tocsin.web.console.shown import language_name
from tocsin.web.console.words import Words, WordsForm

ALWAYS, WEEKLY = "always", "weekly"
CALL_BACKS_BY_AGENTS, CALL_BACKS_AT_ONCE, NO_CALL_BACKS = "by_agents", "at_once", "none"


class OpeningForm(WordsForm):
    """Everything that is decided when a line is opened; real or exercise was decided on the page before."""

    title = forms.CharField(
        label=_("What is happening"),
        max_length=120,
        help_text=_("Agents see it with every call: “Fire at the chemical works, Kanaaldok”."),
    )
    number = forms.ModelChoiceField(
        label=_("Number"), queryset=Number.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    streams = forms.ChoiceField(
        label=_("Calls for"),
        choices=[
            (Stream.D5, _("Information of the population (D5)")),
            (Stream.D2, _("Information, and victims and relatives (D2): callers choose by key")),
        ],
        initial=Stream.D5,
        widget=forms.RadioSelect,
        help_text=_("Only agents trained for victims and relatives are offered their calls."),
    )
    call_backs = forms.ChoiceField(
        label=_("Call-backs"),
        choices=[
            (
                CALL_BACKS_BY_AGENTS,
                _("On request; the agent sees the call first, then dials"),
            ),
            (
                CALL_BACKS_AT_ONCE,
                _("On request; dialled as soon as an agent is free"),
            ),
            (NO_CALL_BACKS, _("None")),
        ],
        initial=CALL_BACKS_BY_AGENTS,
        widget=forms.RadioSelect,
        help_text=_("Callers who wait may ask to be called back: they hang up and keep their place in line."),
    )
    opening = forms.ChoiceField(
        label=_("Opening hours"),
        choices=[(ALWAYS, _("Day and night")), (WEEKLY, _("By day of the week"))],
        initial=ALWAYS,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = authority.numbers.order_by("digits")
        field = self.fields["number"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = numbers
        field.initial = numbers[0] if len(numbers) == 1 else None
        keys = [("", _("Not offered")), *((str(key), _("Key %(key)d") % {"key": key}) for key in range(1, 7))]
        offered = [code for code in authority.languages if code in SPOKEN_LANGUAGES]
        self.order = [*offered, *(code for code in SPOKEN_LANGUAGES if code not in offered)]
        for code in self.order:
            key = str(offered.index(code) + 1) if code in offered else ""
            self.fields[f"key_{code}"] = forms.ChoiceField(
                label=language_name(code), choices=keys, initial=key, required=False
            )
            self.add_words(code, text=prepared_text(code, authority=authority.name))
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name for callers in %(language)s") % {"language": language_name(code)},
                max_length=LONGEST_NAME,
                required=False,
                widget=forms.TextInput(attrs={"lang": code}),
            )
        for weekday in range(7):
            for end, word in (("start", _("from")), ("until", _("until"))):
                self.fields[f"{end}_{weekday}"] = forms.TimeField(
                    label=f"{WEEKDAYS[weekday]}, {word}",
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )
        self.languages: list[str] = []
        self.front_texts: dict[str, str] = {}
        self.recordings: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.hours: list[Hours] = []

    @property
    def language_rows(self) -> Iterator[tuple[BoundField, Words, BoundField]]:
        """The languages with their key and the name for callers, those of the authority first."""
        for code in self.order:
            yield self[f"key_{code}"], self.words(code), self[f"name_{code}"]

    @property
    def day_rows(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """The days of the week with their two times."""
        for weekday in range(7):
            yield str(WEEKDAYS[weekday]), self[f"start_{weekday}"], self[f"until_{weekday}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._clean_languages()
        for code in self.languages:
            text, recording = self.clean_words(code)
            self.front_texts[code] = text
            self.names[code] = self.cleaned_data.get(f"name_{code}", "")
            if recording:
                self.recordings[code] = recording
        if cleaned.get("opening") == WEEKLY:
            self._clean_hours()
        return cleaned

    def _clean_languages(self) -> None:
        by_key: dict[int, str] = {}
        for code in self.order:
            key = self.cleaned_data.get(f"key_{code}")
            if key and int(key) in by_key:
                taken = {"key": int(key), "language": language_name(by_key[int(key)])}
                self.add_error(f"key_{code}", _("Key %(key)d already chooses %(language)s.") % taken)
            elif key:
                by_key[int(key)] = code
        if not by_key:
            self.add_error(f"key_{self.order[0]}", _("Choose at least one language."))
        elif max(by_key) > len(by_key) and not self.errors:
            last = by_key[max(by_key)]
            self.add_error(f"key_{last}", _("Use the keys 1, 2, 3 without leaving one out."))
        self.languages = [code for _key, code in sorted(by_key.items())]

    def _clean_hours(self) -> None:
        for weekday in range(7):
            start, until = (self.cleaned_data.get(f"{end}_{weekday}") for end in ("start", "until"))
            if self.has_error(f"start_{weekday}") or self.has_error(f"until_{weekday}"):
                continue
            if (start is None) != (until is None):
                missing = "start" if start is None else "until"
                self.add_error(f"{missing}_{weekday}", _("Give both times, or none for a day that is closed."))
            elif start is not None and until is not None:
                try:
                    self.hours.append(Hours(weekday, start, until))
                except Refusal:
                    self.add_error(f"until_{weekday}", _("The end comes after the start; 00:00 is midnight."))
        if not self.hours and not self.errors:
            self.add_error("opening", _("Give the hours of at least one day."))


class FrontMessageForm(WordsForm):
    """Other words for one language of an open line."""

    def __init__(self, *args: Any, language: str, text: str, recording: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self.text, self.recording = text, recording
        self.add_words(language, text=text, recording=recording)
        self.fields["speak_text"] = forms.BooleanField(
            label=_("Speak the text; play the recording no more"), required=False
        )
        if not recording:
            del self.fields["speak_text"]

    @property
    def only_words(self) -> Words:
        """The fields of the one language."""
        return self.words(self.language)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.text, self.recording = self.clean_words(self.language)
        if cleaned.get("speak_text"):
            self.recording = ""
            if not self.text:
                self.add_error(f"text_{self.language}", _("Write what callers hear."))
        return cleaned


class AnswerForm(FrontMessageForm):
    """A question and the answer that its key gives, in one language."""

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"] = forms.CharField(
            label=_("Question"),
            max_length=LONGEST_QUESTION,
            initial=question,
            help_text=_("In the words of callers: “Can I drink the water?” The key is said after it."),
            widget=forms.TextInput(attrs={"lang": self.language}),
        )


class ClosingForm(forms.Form):
    """Why a line is closed, said by whoever closes it."""

    why = forms.CharField(
        label=_("Why do you close it?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the logbook: “Fire is out, calls have stopped.”"),
    )
    sure = forms.BooleanField(label=_("Nobody new may call; those who wait or talk are still helped."))


class PurposeForm(forms.Form):
    """Why a conversation or a recording is heard, or an agent paused; `help_text` says who reads it."""

    why = forms.CharField(label=_("Why?"), max_length=LONGEST_REASON)

    def __init__(self, data: Mapping[str, object] | None = None, *, help_text: str | Promise) -> None:
        super().__init__(data)
        self.fields["why"].help_text = str(help_text)
