"""One installation of Tocsin: its folder (TOCSIN_HOME), its ports, its secrets and its database.

Read once from the environment; cheap to import, for every command does. docs/settings.md lists the variables.
"""

import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.refusals import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# sun_path holds 108 bytes with the closing zero; 40 stay free for the longest socket name kept in the folder.
LONGEST_SOCKET_FOLDER = 107 - 40
# Two cores carry 800 streams of speech without a gap (`make bench only=conversations`): 400 callers and their
# agents. Who only waits is one stream.
CALLS_OF_A_CORE = 400
MOST_CALLS = 100_000
MOST_NODES = 8
# One leads, and one stands by. A third would only serve where both die within the seconds that one takes to start.
MOST_SWITCHBOARDS = 2
# The last port of an instance is so far from the web port: that of the last node.
HIGHEST_OFFSET = 170 + MOST_NODES
# A transaction that stands still holds what others wait for, the logbook first of all.
STANDSTILL = "-c idle_in_transaction_session_timeout=10s"
# A server that is gone without a word is noticed within a dozen seconds, and not after hours.
KEEPALIVES = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "11000",
}


@dataclass(frozen=True)
class Ports:
    """Every port of an instance; all but the media ports move with the web port."""

    web: int
    switch_http: int
    outside_http: int
    sip: int
    sip_tls: int
    outside_sip: int
    front_inside: int
    rtp_first: int
    rtp_last: int


def ports_beside(web: int) -> Ports:
    """The ports of the instance whose web port is `web`.

    >>> ports_beside(8000).sip
    8160
    """
    return Ports(
        web=web,
        switch_http=web + 100,
        outside_http=web + 101,
        sip=web + 160,
        sip_tls=web + 161,
        outside_sip=web + 162,
        front_inside=web + 163,
        rtp_first=20000,
        rtp_last=29999,
    )


@dataclass(frozen=True)
class Instance:
    """What a process knows of the installation that it belongs to."""

    home: Path
    ports: Ports
    bind: str
    hosts: list[str]
    origins: list[str]
    database_url: str | None
    # How many callers may be in line or in conversation at once; how many inside, with those who find the line
    # full; and how many the trunks bring, of whom the others hear the fallback.
    most_calls: int
    most_taken_in: int
    trunk_calls: int
    # How many Asterisks the switch has.
    nodes: int = 1
    # How many switchboards run: one leads, and the other stands by.
    switchboards: int = MOST_SWITCHBOARDS

    def secret(self, name: str) -> str:
        """The instance's own random text of that name, made when it is first asked for and kept for ever."""
        path = self.home / "secrets" / name
        if not path.exists():
            self.make_home()
            path.parent.mkdir(mode=0o700, exist_ok=True)
            keep_first(path=path, text=secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")

    def make_home(self) -> None:
        """Make the instance's folder, closed to others; root's lets PostgreSQL's user pass through."""
        self.home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that make another process one of this instance."""
        return {
            "TOCSIN_HOME": str(self.home),
            "TOCSIN_PORT": str(self.ports.web),
            "TOCSIN_BIND": self.bind,
            "TOCSIN_MOST_CALLS": str(self.most_calls),
            "TOCSIN_MOST_TAKEN_IN": str(self.most_taken_in),
            "TOCSIN_TRUNK_CALLS": str(self.trunk_calls),
            "TOCSIN_NODES": str(self.nodes),
            "TOCSIN_SWITCHBOARDS": str(self.switchboards),
        }

    @property
    def embedded(self) -> bool:
        """Whether Tocsin runs PostgreSQL itself."""
        return self.database_url is None

    @property
    def postgres(self) -> Path:
        """Where the embedded server keeps its cluster."""
        return self.home / "postgres"

    @property
    def kind(self) -> str | None:
        """What the instance was created as: "demo" or "real"; None while it is new."""
        marker = self.home / "kind"
        if marker.exists():
            return marker.read_text(encoding="ascii").strip()
        return "real" if self.postgres.exists() else None

    @property
    def demo(self) -> bool:
        """Whether this is a demo: decided when the instance is created, and never changed."""
        return self.kind == "demo"

    def create(self, *, demo: bool) -> None:
        """Decide what a new instance is; leave an existing one what it is.

        Raises Refusal where a demo is asked for and would stand in real data or be open to others.
        """
        if demo and self.bind not in LOOPBACK:
            raise Refusal(
                f"A demo lets anybody in, so it only listens on 127.0.0.1: unset TOCSIN_BIND={self.bind}."
            )
        if demo and not self.embedded:
            raise Refusal("A demo keeps to a database of its own: unset DATABASE_URL, or leave out --demo.")
        if demo and self.kind == "real":
            raise Refusal(
                f"{self.home} holds a real instance, which is kept as it is. "
                "Give the demo a folder of its own: TOCSIN_HOME=~/.tocsin-demo"
            )
        self.make_home()
        if self.kind is None:
            keep_first(path=self.home / "kind", text="demo" if demo else "real")

    @property
    def sockets(self) -> Path:
        """Where the Unix sockets are: in the home, or in a short folder where its path is too long."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        # Root's own XDG_RUNTIME_DIR is closed to the user that PostgreSQL runs as.
        runtime = None if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR")
        return Path(runtime or tempfile.gettempdir()) / f"tocsin-{os.geteuid()}-{mark}"

    def make_sockets(self) -> None:
        """Make the folder of the sockets; raises Refusal where somebody else made it first."""
        self.make_home()
        self.sockets.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        found = self.sockets.lstat()
        if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
            raise Refusal(f"{self.sockets} belongs to somebody else, so nothing was put there: remove it.")

    @property
    def connection(self) -> dict[str, Any]:
        """How to reach the database, in libpq's own words (host, port, dbname, user, password ...)."""
        if self.database_url is not None:
            words = parse_database_url(self.database_url)
            # What the operator says comes later, and holds.
            return {**KEEPALIVES, **words, "options": f"{STANDSTILL} {words.get('options', '')}".strip()}
        return {
            "options": STANDSTILL,
            "host": str(self.sockets / "postgres"),
            "port": "5432",
            "dbname": "tocsin",
            "user": "tocsin",
            "password": self.secret("database"),
            "require_auth": "scram-sha-256",
        }

    @property
    def database(self) -> dict[str, Any]:
        """The database as Django's DATABASES wants it."""
        words = dict(self.connection)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": words.pop("dbname"),
            "USER": words.pop("user", ""),
            "PASSWORD": words.pop("password", ""),
            "HOST": words.pop("host", ""),
            "PORT": words.pop("port", ""),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**words, "pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
        }

    @property
    def database_dsn(self) -> str:
        """The database as psycopg's connect wants it."""
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - most commands never connect

        return make_conninfo(**self.connection)


def keep_first(*, path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all; where somebody was first, theirs stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def parse_database_url(url: str) -> dict[str, Any]:
    """A libpq address (postgresql://user:password@host:port/name?sslmode=require) in its words.

    Raises Refusal where it cannot be read or names no database.
    """
    import psycopg  # noqa: PLC0415 - only where DATABASE_URL is set
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        words = conninfo_to_dict(url)
    except psycopg.ProgrammingError as unreadable:
        raise Refusal(
            "DATABASE_URL cannot be read; write postgresql://user:password@host:5432/name."
        ) from unreadable
    if not words.get("dbname"):
        raise Refusal("DATABASE_URL names no database; write postgresql://user:password@host:5432/name.")
    return dict(words)


def calls_in(environ: Mapping[str, str], name: str, *, default: int, least: int = 1) -> int:
    """The number of calls that a variable gives; raises Refusal where it is none, or fewer than another allows."""
    given = environ.get(name) or str(min(default, MOST_CALLS))
    if not given.isdecimal() or not least <= int(given) <= MOST_CALLS:
        raise Refusal(f"{name}={given} is not a number of calls from {least} to {MOST_CALLS}.")
    return int(given)


def read_instance(environ: Mapping[str, str]) -> Instance:
    """The instance that these environment variables describe; raises Refusal where one cannot be used."""
    given = environ.get("TOCSIN_HOME")
    in_checkout = (CHECKOUT / "pyproject.toml").exists()
    usual = CHECKOUT / ".tocsin" if in_checkout else Path.home() / ".tocsin"
    port = environ.get("TOCSIN_PORT", "8000")
    if not port.isdecimal() or not 1024 <= int(port) <= 65535 - HIGHEST_OFFSET:
        raise Refusal(f"TOCSIN_PORT={port} is not a port from 1024 to {65535 - HIGHEST_OFFSET}.")
    ports = ports_beside(int(port))
    most_calls = calls_in(environ, "TOCSIN_MOST_CALLS", default=CALLS_OF_A_CORE * (os.cpu_count() or 1))
    most_taken_in = calls_in(environ, "TOCSIN_MOST_TAKEN_IN", default=most_calls * 3 // 2, least=most_calls)
    trunk_calls = calls_in(
        environ, "TOCSIN_TRUNK_CALLS", default=max(2 * most_calls, most_taken_in), least=most_taken_in
    )
    nodes = environ.get("TOCSIN_NODES") or "1"
    if not nodes.isdecimal() or not 1 <= int(nodes) <= MOST_NODES:
        raise Refusal(f"TOCSIN_NODES={nodes} is not a number of nodes from 1 to {MOST_NODES}.")
    switchboards = environ.get("TOCSIN_SWITCHBOARDS") or str(MOST_SWITCHBOARDS)
    if not switchboards.isdecimal() or not 1 <= int(switchboards) <= MOST_SWITCHBOARDS:
        raise Refusal(f"TOCSIN_SWITCHBOARDS={switchboards} is not a number from 1 to {MOST_SWITCHBOARDS}.")
    names = [name.strip() for name in environ.get("TOCSIN_HOSTS", "").split(",") if name.strip()]
    bind = environ.get("TOCSIN_BIND", "127.0.0.1")
    own = list(dict.fromkeys(["127.0.0.1", "localhost", bind]))
    return Instance(
        home=Path(given).expanduser().resolve() if given else usual,
        ports=ports,
        bind=bind,
        hosts=[*own, *names],
        origins=[*(f"http://{host}:{ports.web}" for host in own), *(f"https://{name}" for name in names)],
        database_url=environ.get("DATABASE_URL") or None,
        most_calls=most_calls,
        most_taken_in=most_taken_in,
        trunk_calls=trunk_calls,
        nodes=int(nodes),
        switchboards=int(switchboards),
    )


instance = read_instance(os.environ)
