"""What an instance keeps to itself: callers' numbers in the database's log, carriers' passwords on the disk."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.world import NOON
from tocsin.calls import ports
from tocsin.calls.rules.called_telephone import CalledTelephone
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.states import Call, CallBack, CallState
from tocsin.project.database import read_backup, write_backup
from tocsin.project.doctor import look_at_log
from tocsin.project.instance import Instance, read_instance
from tocsin.project.postgres import serving
from tocsin.project.telephony import engine_settings
from tocsin.refusals import Refusal

NUMBER = "+32477123456"
SECOND = timedelta(seconds=1)
TRUNK = '[[trunk]]\nname = "carrier"\npeers = ["192.0.2.0/28"]\ncontact = "192.0.2.1:5060"\npassword = "secret"\n'


@pytest.fixture
def instance() -> Iterator[Instance]:
    """An instance of the test's own, in a short path, as sockets want it."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-"))
    try:
        yield read_instance({"TOCSIN_HOME": str(folder / "home")})
    finally:
        shutil.rmtree(folder)


def test_the_log_of_the_database_tells_that_something_failed_and_not_whose_number_it_was(
    instance: Instance,
) -> None:
    with serving(instance):
        with psycopg.connect(instance.database_dsn, autocommit=True, cursor_factory=psycopg.ClientCursor) as said:
            said.execute("CREATE TABLE caller (number text PRIMARY KEY)")
            for _ in range(2):
                try:
                    said.execute("INSERT INTO caller VALUES (%s)", [NUMBER])
                except psycopg.errors.UniqueViolation as twice:
                    assert NUMBER in str(twice)
        assert look_at_log(instance).fine
    log = (instance.home / "log" / "postgres.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert NUMBER not in log


@pytest.mark.parametrize("setting", ["log_min_error_statement = error", "log_error_verbosity = verbose"])
def test_the_doctor_finds_a_database_that_logs_numbers(instance: Instance, setting: str) -> None:
    with serving(instance):
        superuser = {"user": "postgres", "password": instance.secret("database-superuser")}
        with psycopg.connect(**{**instance.connection, **superuser}, autocommit=True) as administrator:
            administrator.execute(f"ALTER ROLE tocsin SET {setting}")
        finding = look_at_log(instance)
    assert not finding.fine
    assert "ALTER ROLE tocsin SET log_min_error_statement = panic" in finding.words


@pytest.mark.parametrize(
    "value",
    [
        ports.CallArrived("c1", "1771", NUMBER, NOON),
        ports.Dial("c1", NUMBER, shown="1771", patience=SECOND),
        ports.AgentAsked(1, ports.Verb.CONSULT, "c1", number=NUMBER),
        Call(
            "c1", "1771", NUMBER, NOON, CallState.CHOOSING, NOON, entered=NUMBER, call_back=CallBack(NUMBER, NOON)
        ),
        Consultation("o1", "c1", 1, None, "d2", True, None, Stage.RINGING, NOON, NOON, number=NUMBER),
        CalledTelephone("called-1", 1, NUMBER, "nl"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_decided_on_does_not_tell_a_number_to_a_log(value: Any) -> None:
    assert NUMBER in str(asdict(value))
    assert NUMBER not in f"{value} {value!r}"


def trunks_of(instance: Instance, mode: int) -> Path:
    instance.make_home()
    file = instance.home / "trunks.toml"
    file.write_text(TRUNK)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_carriers_passwords_are_closed_to_others_when_they_are_read(
    instance: Instance, mode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file = trunks_of(instance, mode)
    assert engine_settings(instance).trunks[0].password == "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in capsys.readouterr().err


def test_what_is_closed_already_is_left_as_it_is(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    file = trunks_of(instance, 0o400)
    assert engine_settings(instance).trunks
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("mode", "refused"), [(0o644, True), (0o640, False)])
def test_passwords_open_to_everybody_that_somebody_else_owns_are_refused(
    instance: Instance, mode: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = trunks_of(instance, mode)

    def not_ours(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "chmod", not_ours)
    if refused:
        with pytest.raises(Refusal, match=f"chmod 600 {file}"):
            engine_settings(instance)
    else:
        assert engine_settings(instance).trunks


def test_what_a_restore_puts_aside_says_since_when(instance: Instance) -> None:
    file = instance.home / "copy.dump"
    with serving(instance):
        write_backup(instance, file=file)
        before = datetime.now(UTC)
        kept = read_backup(instance, file=file)
        with psycopg.connect(instance.database_dsn) as connection:
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [kept]
            ).fetchone()
    assert row is not None
    assert before <= datetime.fromisoformat(row[0]) <= datetime.now(UTC)
