"""Makes the gateways of this instance, as settings.GATEWAYS names them."""

from django.conf import settings

from tocsin.gateways.asterisk.engine.settings import FRONT
from tocsin.gateways.asterisk.nodes import AsteriskNodes
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers
from tocsin.gateways.rehearsal.sms import RehearsedSms
from tocsin.gateways.speech import EspeakSpeech
from tocsin.project.instance import instance
from tocsin.project.nodes import nodes_of
from tocsin.project.telephony import access_to, carriers, ready_engine


def asterisk_switch() -> AsteriskSwitch | AsteriskNodes:
    """The telephone switch that this instance runs, with one node or several."""
    # Where everybody may reach the switch, it names the addresses it has; else it speaks on the one it has.
    media_address = "" if instance.bind in ("0.0.0.0", "::") else instance.bind  # noqa: S104 - compared only
    browsers = Browsers(realm=settings.SIP_REALM, media_address=media_address)
    several = instance.nodes > 1
    trunks = (FRONT,) if several else tuple(carrier.name for carrier in carriers(instance))
    found = [
        AsteriskSettings(
            access=access_to(node, instance),
            browsers=browsers,
            trunks=trunks,
            node=node.name if several else "",
        )
        for node in nodes_of(instance)
    ]
    return AsteriskNodes(found) if several else AsteriskSwitch(found[0])


def rehearsed_sms() -> RehearsedSms:
    """What plays a carrier of SMS."""
    return RehearsedSms(folder=instance.home / "sms")


def espeak_speech() -> EspeakSpeech:
    """The voice that came with the telephone engine."""
    return EspeakSpeech(media=settings.MEDIA_ROOT, espeak=ready_engine(instance).espeak)
