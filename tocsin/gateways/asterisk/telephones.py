"""Telephones of agents and citizens, made and removed in a running Asterisk through its dynamic configuration."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from tocsin.calls.ports import Login
from tocsin.gateways.asterisk.ari import Ari, AriRefusedError, Event

logger = logging.getLogger(__name__)

AGENTS_CONTEXT, CITIZENS_CONTEXT = "from-agent", "from-citizen"
# A browser always sends something, also when muted; this long without means that it is closed or cut off.
_SILENCE_SECONDS = 2
# A citizen's, which does not dial anew when it has stood still, as browsers do on a busy machine.
_CITIZEN_SILENCE_SECONDS = 20
# Many telephones send nothing while nobody speaks into them, but for a packet now and then.
_SIP_SILENCE_SECONDS = 60
_UNKNOWN = 404
# Of a telephone: what proves its password, where it is, and how it speaks; made in this order.
_KINDS = ("auth", "aor", "endpoint")

_BROWSER = {
    "transport": "ws",
    # What `webrtc=yes` stands for, but for `bundle`, which would forbid Asterisk to begin a new RTP source
    # (SSRC) for each conversation: the browser would be silent from the second caller on.
    "media_encryption": "dtls",
    "dtls_auto_generate_cert": "yes",
    "dtls_verify": "fingerprint",
    "dtls_setup": "actpass",
    "ice_support": "yes",
    "use_avpf": "yes",
    "rtcp_mux": "yes",
    "media_use_received_transport": "yes",
    # The one codec that every carrier has: nothing is transcoded.
    "allow": "alaw",
    "rtp_timeout": str(_SILENCE_SECONDS),
}
# A telephone on a table or a program, at home behind a router: what it says of its own address may not be true.
_SIP = {
    "allow": "alaw,ulaw",
    "rtp_symmetric": "yes",
    "force_rport": "yes",
    "rewrite_contact": "yes",
    "dtmf_mode": "rfc4733",
    # Speech is encrypted where the telephone can (RFC 8643); its keys travel safely over TLS.
    "media_encryption": "sdes",
    "media_encryption_optimistic": "yes",
    "rtp_timeout": str(_SIP_SILENCE_SECONDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsers:
    """What all telephones in browsers have in common.

    `realm` is the SIP realm in the digests of their passwords; `media_address` is the one address that speech
    comes in on, empty for all.
    """

    realm: str
    media_address: str = ""


def telephone_fields(login: Login, browsers: Browsers) -> Mapping[str, Mapping[str, str]]:
    """What Asterisk has to know of a telephone, by kind of object; the names are those of pjsip.conf."""
    endpoint = {
        "context": AGENTS_CONTEXT if login.agent else CITIZENS_CONTEXT,
        "auth": login.username,
        "aors": login.username,
        "identify_by": "username",
        "disallow": "all",
        "direct_media": "no",
        "send_connected_line": "no",
        "allow_overlap": "no",
        "allow_subscribe": "no",
        "allow_transfer": "no",
        # An agent's leg stays up for hours: nothing in it is to be negotiated again.
        "timers": "no",
        **(_BROWSER if login.browser else _SIP),
    }
    if not login.agent:
        endpoint["callerid"] = f"<{number_of_citizen(login.username)}>"
        endpoint["rtp_timeout"] = str(_CITIZEN_SILENCE_SECONDS)
    if browsers.media_address:
        endpoint |= {"media_address": browsers.media_address, "bind_rtp_to_media_address": "yes"}
    return {
        "auth": {
            "auth_type": "digest",
            "username": login.username,
            "realm": browsers.realm,
            "password_digest": f"MD5:{login.digest}",
        },
        "aor": {"max_contacts": "1", "remove_existing": "yes"},
        "endpoint": endpoint,
    }


def invented_number(place: int) -> str:
    """One of the million numbers that people in demonstrations and rehearsals call from."""
    return f"+32460{place % 10**6:06}"


def number_of_citizen(username: str) -> str:
    """The number that a citizen's telephone shows, which exists in demonstrations only: the same for each call."""
    return invented_number(int.from_bytes(sha256(username.encode()).digest()))


async def _endpoints(ari: Ari) -> list[Event]:
    """The switch's SIP endpoints; where there is none at all, Asterisk knows no such technology."""
    try:
        return list(await ari.read("endpoints/PJSIP"))
    except AriRefusedError as refused:
        if refused.status != _UNKNOWN:
            raise
        return []


class Telephones:
    """The telephones of one Asterisk. What it was told is remembered, so that only differences are told."""

    def __init__(self, browsers: Browsers) -> None:
        self._browsers = browsers
        self._made: dict[str, Login] = {}

    async def keep(self, logins: Collection[Login], *, ari: Ari) -> None:
        """Make the telephones given, and no others, able to register; calls of those removed end.

        Raises ConnectionError where the connection is lost meanwhile, and AriRefusedError where Asterisk does not
        tell which telephones there are.
        """
        wanted = {login.username: login for login in logins}
        # Asked each time: an Asterisk that was started again knows none of them.
        there = {endpoint["resource"]: endpoint for endpoint in await _endpoints(ari)}
        self._made = {name: login for name, login in self._made.items() if name in there}
        for name, endpoint in there.items():
            if name not in wanted and (name in self._made or await _is_browser(name, ari=ari)):
                await self._remove(name, calls=endpoint["channel_ids"], ari=ari)
        for name, login in wanted.items():
            if self._made.get(name) != login:
                await self._make(login, ari=ari)

    async def _make(self, login: Login, *, ari: Ari) -> None:
        fields = telephone_fields(login, self._browsers)
        try:
            for kind in _KINDS:
                attributes = [{"attribute": name, "value": value} for name, value in fields[kind].items()]
                await ari.ask("PUT", _path(kind, login.username), body={"fields": attributes})
        except AriRefusedError as refused:
            logger.warning("The telephone %s cannot register: %s", login.username, refused)
            return
        self._made[login.username] = login

    async def _remove(self, name: str, *, calls: Collection[str], ari: Ari) -> None:
        paths = [_path(kind, name) for kind in reversed(_KINDS)] + [f"channels/{leg}" for leg in calls]
        for path in paths:
            try:
                await ari.ask("DELETE", path)
            except AriRefusedError as refused:
                if refused.status != _UNKNOWN:
                    logger.warning("The telephone %s could not be removed: %s", name, refused)
        self._made.pop(name, None)


async def _is_browser(name: str, *, ari: Ari) -> bool:
    """Whether an endpoint is one of ours, perhaps of an earlier process, and not a carrier's."""
    try:
        fields = await ari.ask("GET", _path("endpoint", name))
    except AriRefusedError:
        return False
    values = {field["attribute"]: field["value"] for field in fields}
    return values["context"] in (AGENTS_CONTEXT, CITIZENS_CONTEXT)


def _path(kind: str, name: str) -> str:
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{name}"
