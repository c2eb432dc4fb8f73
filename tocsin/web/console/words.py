"""A front message in a form: written, or uploaded as a recording that takes the place of the voice."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tocsin import wiring
from tocsin.activations.rules import LONGEST_FRONT_TEXT
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console.shown import language_name

LARGEST_RECORDING_BYTES = 20_000_000
_SALT = "tocsin.recording"


@dataclass(frozen=True)
class Words:
    """The fields of one language as the template shows them."""

    code: str
    name: str
    text: BoundField
    recording: BoundField
    kept: BoundField
    has_recording: bool


class WordsForm(forms.Form):
    """A form with a front message in some languages, each in three fields named after the language."""

    def add_words(self, language: str, *, text: str, recording: str = "") -> None:
        """Add the fields of one language, filled with what it has."""
        area = forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_FRONT_TEXT, "lang": language})
        self.fields[f"text_{language}"] = forms.CharField(
            label=_("What callers hear in %(language)s") % {"language": language_name(language)},
            max_length=LONGEST_FRONT_TEXT,
            required=False,
            initial=text,
            widget=area,
        )
        self.fields[f"recording_{language}"] = forms.FileField(
            label=_("Or a recording instead"),
            required=False,
            help_text=_("A WAV file of 16 bit, 20 MB at most."),
            widget=forms.FileInput(attrs={"accept": ".wav,audio/wav,audio/x-wav"}),
        )
        # A browser does not send a file twice: what was accepted is remembered while the form is corrected.
        self.fields[f"kept_{language}"] = forms.CharField(
            required=False, initial=_signed(recording), widget=forms.HiddenInput
        )

    def clean_words(self, language: str) -> tuple[str, str]:
        """The text and the recording of a language; an error next to the field where there is neither."""
        text = self.cleaned_data.get(f"text_{language}", "")
        recording = self._accepted(language)
        if not text and not recording and not self.has_error(f"recording_{language}"):
            self.add_error(f"text_{language}", _("Write what callers hear, or upload a recording."))
        return text, recording

    def words(self, language: str) -> Words:
        """The fields of one language; with a recording, where one takes the place of the text."""
        text, recording, kept = (self[f"{field}_{language}"] for field in ("text", "recording", "kept"))
        return Words(language, language_name(language), text, recording, kept, bool(kept.value()))

    def _accepted(self, language: str) -> str:
        upload: UploadedFile[Any] | None = self.cleaned_data.get(f"recording_{language}")
        kept = _read(self.cleaned_data.get(f"kept_{language}", ""))
        if upload is None:
            return kept
        try:
            kept = _take(upload)
        except Refusal as refusal:
            self.add_error(f"recording_{language}", refusals.shown(refusal))
            return kept
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix(f"kept_{language}")] = _signed(kept)
        self.data = data
        return kept


def _take(upload: "UploadedFile[Any]") -> str:
    """Hand an upload over to the speech gateway; answers its media name, or raises Refusal."""
    if (upload.size or 0) > LARGEST_RECORDING_BYTES:
        raise Refusal("The recording is larger than 20 MB: make it shorter, or save it as WAV, 16 bit, mono.")
    with tempfile.NamedTemporaryFile(suffix=Path(upload.name or "").suffix) as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return wiring.speech().accept_recording(path=Path(file.name))


def _signed(recording: str) -> str:
    return signing.dumps(recording, salt=_SALT) if recording else ""


def _read(signed: str) -> str:
    try:
        return str(signing.loads(signed, salt=_SALT)) if signed else ""
    except signing.BadSignature:
        return ""
