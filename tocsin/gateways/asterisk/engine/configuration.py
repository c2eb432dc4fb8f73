"""Asterisk's configuration files, made anew at every start from what the operator decided. Pure."""

from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from tocsin.gateways.asterisk.door import MOST_AT_HAND
from tocsin.gateways.asterisk.engine import modules
from tocsin.gateways.asterisk.engine.programs import Engine
from tocsin.gateways.asterisk.engine.settings import (
    AGENTS_ADDRESS,
    CALLERS_ADDRESS,
    INSIDE_ADDRESS,
    EngineSettings,
    Nat,
    Trunk,
    agents_trunk,
)
from tocsin.gateways.asterisk.filling import filled

# E.164 allows fifteen digits; nobody dials one.
_SHORTEST, _LONGEST = 2, 15
# How long a caller may wait for a switchboard that does not come back.
_PATIENCE_SECONDS = 4 * 3600
# How often the switchboard is tried: while it is away, and after it asked for a pause.
_AWAY_SECONDS, _FULL_SECONDS = 2, 5
# How long it rings where there is no room, and for how many at once: with a thousand on one trunk, Asterisk does
# nothing else but go through their list (decision 33).
_RINGING_SECONDS, _MOST_RINGING = 4, 500
# What a carrier proves itself with; no trunk's name ends so.
_THEIRS = "_theirs"
# Who signs the certificates of carriers: where Debian and Ubuntu keep the list.
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

# Asterisk's core looks for these also where nothing uses them; each that is absent is an error in its log.
_EMPTY = (
    "acl",
    "ccss",
    "cel",
    "cli_permissions",
    "codecs",
    "dnsmgr",
    "features",
    "udptl",
    "websocket_client",
)


def _filled(template: str, /, **values: object) -> str:
    return filled(__package__, template, **values)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _literal(text: str) -> str:
    """A secret as Asterisk reads it: a semicolon would start a comment."""
    return text.replace(";", "\\;")


def configuration(settings: EngineSettings, *, engine: Engine) -> dict[str, str]:
    """The switch's configuration: what to write, by file name."""
    names = [*modules.SWITCH]
    names += modules.REGISTRATION if any(trunk.register for trunk in settings.trunks) else ()
    names += modules.QUEUE if settings.peer_queue else ()
    texts = _every_node(settings, run=settings.run_folder, engine=engine, names=names)
    texts["http.conf"] = _filled("http.conf", http_port=settings.http_port)
    texts["ari.conf"] = _filled("ari.conf", user="switchboard", password=_literal(settings.password))
    texts["rtp.conf"] += _helpers(settings.nat) + _address_for_browsers(settings)
    texts["pjsip.conf"] = _telephones(settings)
    texts["extensions.conf"] = _dial_plan(settings)
    if settings.peer_queue:
        members = (f"member => PJSIP/{name}" for name in _peers(settings))
        texts["queues.conf"] = _filled("queues.conf", members=_lines(members))
    return texts


def outside_configuration(settings: EngineSettings, *, engine: Engine) -> dict[str, str]:
    """The rehearsed outside network: callers and agents, driven over ARI (user and app `outside`)."""
    address = "127.0.0.1" if ip_address(settings.bind).is_unspecified else settings.bind
    texts = _every_node(settings, run=settings.outside_folder, engine=engine, names=modules.SWITCH)
    texts["http.conf"] = _filled("http.conf", http_port=settings.outside_http_port)
    texts["ari.conf"] = _filled("ari.conf", user="outside", password=_literal(settings.password))
    texts["pjsip.conf"] = _filled(
        "outside-pjsip.conf",
        callers=CALLERS_ADDRESS,
        agents=AGENTS_ADDRESS,
        port=settings.outside_sip_port,
        switch=f"{_host(address)}:{settings.sip_port}",
        # From a front, and from a node that has none before it.
        switch_addresses=_lines(f"match = {each}" for each in sorted({address, settings.sip_address})),
    )
    texts["extensions.conf"] = _filled("outside-extensions.conf")
    return texts


def log_folder(run: Path) -> Path:
    """Where a node writes its log: beside the logs of the other processes."""
    return run.parent / "log" / run.name.removesuffix("-run")


def _every_node(settings: EngineSettings, *, run: Path, engine: Engine, names: Iterable[str]) -> dict[str, str]:
    texts = {f"{name}.conf": "" for name in _EMPTY}
    texts["asterisk.conf"] = _filled(
        "asterisk.conf",
        run=run,
        modules=engine.modules,
        log=log_folder(run),
        system=run.name.removesuffix("-run"),
        most_legs=settings.trunk_calls + settings.most_calls,
    )
    texts |= {
        name: _filled(name)
        for name in ("musiconhold.conf", "sorcery.conf", "indications.conf", "pjproject.conf", "stasis.conf")
    }
    texts["cdr.conf"] = "[general]\nenable = no\n"
    texts["manager.conf"] = "[general]\nenabled = no\n"
    texts["logger.conf"] = _filled("logger.conf", queue_log="yes" if settings.peer_queue else "no")
    # Some came with later versions than the oldest that will do; what truly lacks is told by Asterisk itself.
    loads = (f"load = {name}.so" for name in names if name not in modules.LATER or name in engine.module_names)
    texts["modules.conf"] = _filled("modules.conf", modules=_lines(loads))
    texts["rtp.conf"] = _filled("rtp.conf", rtp_first=settings.rtp_first, rtp_last=settings.rtp_last)
    return texts


def _helpers(nat: Nat) -> str:
    """Who tells browsers how they are seen, and who carries their speech where nothing else goes through."""
    values = {
        "stunaddr": nat.stun,
        "turnaddr": nat.turn,
        "turnusername": nat.turn_user,
        "turnpassword": _literal(nat.turn_password),
    }
    return "".join(f"{name} = {value}\n" for name, value in values.items() if value)


def _address_for_browsers(settings: EngineSettings) -> str:
    """What browsers are told beside our own address: the router's, where speech for us comes in."""
    outside = settings.nat.external_address
    if not outside or settings.is_local or ip_address(settings.bind).is_unspecified:
        return ""
    return f"\n[ice_host_candidates]\n{settings.bind} => {outside},include_local_address\n"


def _telephones(settings: EngineSettings) -> str:
    """pjsip.conf: where the switch listens, and the trunks; browsers come over ARI."""
    nat = _translation(settings.nat)
    address = _host(settings.sip_address)
    parts = [
        _filled("pjsip.conf", bind=address, sip_port=settings.sip_port, http_port=settings.http_port, nat=nat)
    ]
    if settings.certificate:
        parts.append(
            _filled(
                "pjsip-tls.conf",
                bind=address,
                sip_tls_port=settings.sip_tls_port,
                etc=settings.run_folder / "etc",
                authorities=_AUTHORITIES,
                nat=nat,
            )
        )
    if settings.neighbours:
        parts.append(_inside(settings))
    else:
        parts += [_trunk(trunk, settings, context="from-trunk") for trunk in settings.trunks]
    if settings.rehearsal and not settings.neighbours:
        agents = agents_trunk(sip_port=settings.outside_sip_port)
        parts.append(_trunk(agents, settings, context="from-agent-trunk"))
    if settings.peer_queue:
        place = f"{AGENTS_ADDRESS}:{settings.outside_sip_port}"
        members = (
            f"[{name}](peer)\naors = {name}\n[{name}]\ntype = aor\ncontact = sip:{name}@{place}"
            for name in _peers(settings)
        )
        options = (f"{name} = {value}" for name, value in _speech_address(settings.bind))
        parts.append(_filled("pjsip-peer.conf", members=_lines(members), options=_lines(options)))
    return "".join(parts)


def _inside(settings: EngineSettings) -> str:
    """The way to the front and to the other nodes: callers come from the one, ties from and to the others."""
    silences = [trunk.silence_seconds for trunk in settings.trunks] or [0]
    neighbours = (
        f"[{node.name}](inside)\naors = {node.name}\n"
        f"[{node.name}]\ntype = aor\ncontact = sip:{INSIDE_ADDRESS}:{node.sip_port}\n"
        for node in settings.neighbours
    )
    return _filled(
        "pjsip-nodes.conf",
        options=_lines(f"{name} = {value}" for name, value in _speech_address(settings.bind)),
        matches=_lines(f"match = {address}" for address in settings.inside),
        front=settings.front,
        # Of all carriers the most patient, for by then it is not seen any more whose call it is.
        silence_seconds=0 if 0 in silences else max(silences),
        neighbours=_lines(neighbours),
    )


def _peers(settings: EngineSettings) -> list[str]:
    return [f"agent-{number:04}" for number in range(settings.peer_queue)]


def _trunk(trunk: Trunk, settings: EngineSettings, *, context: str) -> str:
    options = [f"{name} = {value}" for name, value in _speech_address(settings.bind)]
    if trunk.user:
        options += [f"outbound_auth = {trunk.name}", f"from_user = {trunk.user}"]
    if trunk.their_password:
        options.append(f"auth = {trunk.name}{_THEIRS}")
    if trunk.encrypted:
        options.append("media_encryption = sdes")
    text = _filled(
        "pjsip-trunk.conf",
        name=trunk.name,
        transport=trunk.transport,
        context=context,
        options=_lines(options),
        contact=_address(trunk),
        check_seconds=trunk.check_seconds,
        silence_seconds=trunk.silence_seconds,
        identify_by="ip" if trunk.peers else "auth_username",
    )
    if trunk.peers:
        matches = _lines(f"match = {peer}" for peer in trunk.peers)
        text += _filled("pjsip-identify.conf", name=trunk.name, matches=matches)
    if trunk.user:
        text += _credentials(trunk.name, user=trunk.user, password=trunk.password)
    if trunk.their_password:
        text += _credentials(trunk.name + _THEIRS, user=trunk.name, password=trunk.their_password)
    if trunk.register:
        text += _filled(
            "pjsip-registration.conf",
            name=trunk.name,
            transport=trunk.transport,
            contact=_address(trunk),
            user=trunk.user,
            host=trunk.contact.rpartition(":")[0],
        )
    return text


def _credentials(name: str, *, user: str, password: str) -> str:
    return _filled("pjsip-credentials.conf", name=name, user=user, password=_literal(password))


def _address(trunk: Trunk) -> str:
    """Where the carrier is, as a SIP address; without the parameter, requests would go by UDP."""
    return trunk.contact if trunk.transport == "udp" else f"{trunk.contact}\\;transport={trunk.transport}"


def _speech_address(bind: str) -> list[tuple[str, str]]:
    """Where calls are spoken: on one address only, unless the switch listens on all of them."""
    if ip_address(bind).is_unspecified:
        return []
    return [("media_address", bind), ("bind_rtp_to_media_address", "yes")]


def _translation(nat: Nat) -> str:
    if not nat.external_address:
        return ""
    names = ("external_media_address", "external_signaling_address")
    lines = [f"{name} = {nat.external_address}" for name in names]
    return _lines([*lines, *(f"local_net = {network}" for network in nat.local_networks)]) + "\n"


def _host(address: str) -> str:
    return f"[{address}]" if ip_address(address).version == 6 else address


def _dial_plan(settings: EngineSettings) -> str:
    patterns = (plus + "X" * length for plus in ("", "+") for length in range(_SHORTEST, _LONGEST + 1))
    text = _filled(
        "extensions.conf",
        numbers=_lines(f"exten => _{pattern},1,Goto(line,${{EXTEN}},1)" for pattern in patterns),
        shortest=_SHORTEST,
        longest=_LONGEST,
        media=settings.media,
        patience_seconds=_PATIENCE_SECONDS,
        away_seconds=_AWAY_SECONDS,
        full_seconds=_FULL_SECONDS,
        ringing_seconds=_RINGING_SECONDS,
        most_ringing=_MOST_RINGING,
        room=MOST_AT_HAND,
    )
    text += _filled("extensions-rehearsal.conf") if settings.rehearsal else ""
    text += _filled("extensions-nodes.conf") if settings.neighbours else ""
    text += "include => from-agent-trunk\n" if settings.neighbours and settings.rehearsal else ""
    text += _filled("extensions-peer.conf") if settings.peer_queue else ""
    return text
