"""Makes the gateways of this instance, as settings.GATEWAYS names them."""

from django.conf import settings

from tocsin.gateways.asterisk.ari import AriAccess
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers
from tocsin.gateways.speech import EspeakSpeech
from tocsin.project.instance import instance
from tocsin.project.telephony import carriers, ready_engine


def asterisk_switch() -> AsteriskSwitch:
    """The telephone switch that this instance runs."""
    access = AriAccess(
        url=f"http://127.0.0.1:{instance.ports.switch_http}",
        user="switchboard",
        password=instance.secret("ari"),
        app="tocsin",
    )
    # Where everybody may reach the switch, it names the addresses it has; else it speaks on the one it has.
    media_address = "" if instance.bind in ("0.0.0.0", "::") else instance.bind  # noqa: S104 - compared only
    browsers = Browsers(realm=settings.SIP_REALM, media_address=media_address)
    trunk = next((carrier.name for carrier in carriers(instance)), "")
    return AsteriskSwitch(AsteriskSettings(access=access, browsers=browsers, trunk=trunk))


def espeak_speech() -> EspeakSpeech:
    """The voice that came with the telephone engine."""
    return EspeakSpeech(media=settings.MEDIA_ROOT, espeak=ready_engine(instance).espeak)
