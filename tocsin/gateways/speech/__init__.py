"""Speech for callers: texts spoken by espeak-ng and recordings of people, as files that the switch plays."""

from tocsin.gateways.speech.espeak import EspeakSpeech

__all__ = ["EspeakSpeech"]
