"""Starts the telephone switch in place of this process: whoever supervises us, supervises it."""

import ctypes
import os
import resource
import shutil
import socket
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

from tocsin.calls.rules.voice_question_words import TONE
from tocsin.gateways.asterisk.engine.configuration import configuration, log_folder, outside_configuration
from tocsin.gateways.asterisk.engine.music import write_music, write_tone
from tocsin.gateways.asterisk.engine.programs import Engine
from tocsin.gateways.asterisk.engine.settings import AGENTS_ADDRESS, CALLERS_ADDRESS, EngineSettings
from tocsin.refusals import Refusal

# A program that listens to strangers does not run as root. The number belongs to nobody: Debian reserves it
# (Policy 9.2.2) and no account needs to be made.
_UNPRIVILEGED = 65177
_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG = 1, 2  # linux/prctl.h
_libc = ctypes.CDLL(None)
_OPEN_FILES = 65_536
# What Asterisk may see of ours: no secrets, and nothing that leads it to libraries of the machine.
_ENVIRONMENT = {"HOME", "LANG", "LC_ALL", "PATH", "TERM", "TZ"}


def run(engine: Engine, settings: EngineSettings) -> NoReturn:
    """Becomes the switch. Refuses when a port it needs is taken."""
    tcp = [("127.0.0.1", settings.http_port), (settings.sip_address, settings.sip_port)]
    tcp += [(settings.sip_address, settings.sip_tls_port)] if settings.certificate else []
    _refuse_taken_ports(tcp=tcp, udp=[(settings.sip_address, settings.sip_port)])
    texts = configuration(settings, engine=engine)
    _become(engine, settings, folder=settings.run_folder, tapes=settings.tapes, texts=texts)


def run_outside(engine: Engine, settings: EngineSettings) -> NoReturn:
    """Becomes the rehearsed outside network. Refuses when a port it needs is taken."""
    _refuse_taken_ports(
        tcp=[("127.0.0.1", settings.outside_http_port)],
        udp=[(address, settings.outside_sip_port) for address in (CALLERS_ADDRESS, AGENTS_ADDRESS)],
    )
    texts = outside_configuration(settings, engine=engine)
    folder = settings.outside_folder
    _become(engine, settings, folder=folder, tapes=folder / "spool/recording", texts=texts)


def console(engine: Engine, settings: EngineSettings, *, order: str) -> NoReturn:
    """Becomes Asterisk's own console on the switch that runs; with an `order`, carries it out and ends."""
    _exec(engine, settings.run_folder, *(("-rx", order) if order else ("-r",)))


def _become(
    engine: Engine, settings: EngineSettings, *, folder: Path, tapes: Path, texts: Mapping[str, str]
) -> NoReturn:
    log = log_folder(folder)
    prepare(engine, settings, folder=folder, tapes=tapes, texts=texts)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    if os.geteuid() == 0 and sys.platform == "linux":
        own = (folder, log, tapes)
        drop_root(home=settings.home, bind=settings.bind, own=own, read=(settings.media,))
    # What it writes is nobody else's to read: conversations above all.
    os.umask(0o077)
    _exec(engine, folder, "-f")


def _exec(engine: Engine, folder: Path, *options: str) -> NoReturn:
    """Asterisk finds its socket in the folder it is started in, whose path may be too long for one."""
    os.chdir(folder)
    arguments = [*engine.asterisk, "-C", str(folder / "etc/asterisk.conf"), *options]
    environment = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - no shell is wanted


def prepare(
    engine: Engine, settings: EngineSettings, *, folder: Path, tapes: Path, texts: Mapping[str, str]
) -> None:
    """Writes a node's configuration, and what it expects to find beside it."""
    etc, lib, data, log = folder / "etc", folder / "lib", folder / "data", log_folder(folder)
    shutil.rmtree(etc, ignore_errors=True)
    for made in (etc, lib / "keys", data / "moh", data / "sounds", folder / "spool", tapes, log):
        made.mkdir(parents=True, exist_ok=True)
    for private in (etc, lib, folder / "spool", tapes):
        private.chmod(0o700)
    settings.media.mkdir(parents=True, exist_ok=True)
    _link(data / "documentation", to=engine.documentation)
    _link(data / "sounds/tocsin", to=settings.media)
    recordings = folder / "spool/recording"
    if recordings != tapes:
        _link(recordings, to=tapes)
    write_music(data / "moh/calm.wav")
    write_tone(settings.media / f"{TONE}.wav")
    for name, text in texts.items():
        (etc / name).write_text(text, "utf-8")
    if settings.certificate:  # copied, because the switch may not be the user who can read the key
        _copy(settings.certificate.certificate, to=etc / "certificate.pem")
        _copy(settings.certificate.key, to=etc / "key.pem")


def _copy(file: Path, *, to: Path) -> None:
    try:
        shutil.copyfile(file, to)
    except OSError as error:
        raise Refusal(f"{file}, which proves to carriers who we are, cannot be read: {error.strerror}.") from error


def _link(link: Path, *, to: Path) -> None:
    if link.is_dir() and not link.is_symlink():  # of an instance from before there were tapes
        link.rmdir()
    link.unlink(missing_ok=True)
    link.symlink_to(to)


def _refuse_taken_ports(*, tcp: list[tuple[str, int]], udp: list[tuple[str, int]]) -> None:
    """Asterisk itself would start all the same, and be deaf."""
    for kind, places in ((socket.SOCK_STREAM, tcp), (socket.SOCK_DGRAM, udp)):
        for address, port in places:
            family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
            with socket.socket(family, kind) as probe:
                if kind == socket.SOCK_STREAM:  # a connection that just ended does not hold its port
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((address, port))
                except OSError as error:
                    raise Refusal(
                        f"The telephone switch cannot listen on {address} port {port} ({error.strerror}). "
                        "Stop what does, or move all ports with TOCSIN_PORT."
                    ) from error


def drop_root(*, home: Path, bind: str, own: tuple[Path, ...], read: tuple[Path, ...] = ()) -> None:
    """Goes on as nobody in particular. Where nobody finds a way in, stays root if it hears this machine alone."""
    closed = next((path for path in home.absolute().parents if not path.stat().st_mode & 0o001), None)
    if closed:
        mend = "Set TOCSIN_HOME to a folder elsewhere, or start Tocsin as an ordinary user."
        if not ip_address(bind).is_loopback:
            raise Refusal(
                f"The telephone switch would hear strangers as root: {closed} is closed to other users. {mend}"
            )
        sys.stderr.write(f"The telephone switch runs as root: {closed} is closed to other users. {mend}\n")
        return
    _let_in(home, 0o010)
    _let_in(home / "log", 0o010)
    for folder in read:
        _let_in(folder, 0o050)
    for folder in own:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _UNPRIVILEGED, _UNPRIVILEGED, follow_symlinks=False)
    last_signal = ctypes.c_int()
    _libc.prctl(_PR_GET_PDEATHSIG, ctypes.byref(last_signal))
    os.setgroups([])
    os.setresgid(_UNPRIVILEGED, _UNPRIVILEGED, _UNPRIVILEGED)
    os.setresuid(_UNPRIVILEGED, _UNPRIVILEGED, _UNPRIVILEGED)
    # The kernel forgets, with a change of user, which signal we asked for when our parent dies.
    _libc.prctl(_PR_SET_PDEATHSIG, last_signal)


def _let_in(folder: Path, bits: int) -> None:
    """A folder that is closed to others stays so: only the engine's group is let through, or may read."""
    mode = folder.stat().st_mode
    if not mode & 0o001:
        os.chown(folder, -1, _UNPRIVILEGED)
        folder.chmod(mode | bits)
