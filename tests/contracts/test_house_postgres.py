"""The embedded PostgreSQL: made, served, killed, written to a file and read back, in homes of its own."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from tocsin.project.database import read_backup, write_backup
from tocsin.project.instance import Instance, read_instance
from tocsin.project.postgres import answers, create_cluster, server_account, serving
from tocsin.refusals import Refusal


@contextmanager
def a_home() -> Iterator[Instance]:
    """An instance in a short path, as sockets want it."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-"))
    try:
        yield read_instance({"TOCSIN_HOME": str(folder / "home")})
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def instance() -> Iterator[Instance]:
    """An instance of the test's own, which nobody serves."""
    with a_home() as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[Instance]:
    """An instance that is served while the tests of this file run."""
    with a_home() as made, serving(made):
        yield made


def asked(instance: Instance, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(instance.database_dsn) as connection:
        return connection.execute(question).fetchall()


def told(instance: Instance, *sentences: str) -> None:
    with psycopg.connect(instance.database_dsn) as connection:
        for sentence in sentences:
            connection.execute(sentence)


def server(instance: Instance) -> psutil.Process:
    return psutil.Process(int((instance.postgres / "postmaster.pid").read_text().split()[0]))


def test_the_application_is_neither_superuser_nor_past_row_level_security(served: Instance) -> None:
    role = "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert asked(served, role) == [("tocsin", False, False, True)]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'tocsin'"
    assert asked(served, owner) == [("tocsin",)]


def test_nothing_is_trusted_without_a_password(served: Instance) -> None:
    for wrong in ({"password": ""}, {"password": "wrong"}, {"user": "postgres", "password": ""}):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**{**served.connection, **wrong})
    rules = (served.postgres / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in rules if line.strip() and not line.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_the_server_listens_on_a_socket_in_the_home_and_nowhere_else(served: Instance) -> None:
    process = server(served)
    assert process.net_connections(kind="inet") == []
    assert [one.laddr for one in process.net_connections(kind="unix") if one.laddr] == [
        str(served.home / "run" / "postgres" / ".s.PGSQL.5432")
    ]
    assert stat.S_IMODE((served.home / "run" / "postgres").stat().st_mode) == 0o700


def test_what_is_written_is_safe_on_the_disk(served: Instance) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert asked(served, f"SHOW {name}") == [("on",)]


def test_the_server_is_stopped_when_the_block_ends_and_started_again_with_its_data(instance: Instance) -> None:
    with serving(instance):
        told(instance, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('tocsin')")
        process = server(instance)
    assert not process.is_running()
    assert not answers(instance)
    with serving(instance):
        assert asked(instance, "SELECT word FROM kept") == [("tocsin",)]


def test_a_cluster_whose_making_was_interrupted_is_made_anew(instance: Instance) -> None:
    instance.make_home()
    (instance.home / "postgres.new").mkdir()
    (instance.home / "postgres.new" / "half").write_text("made")
    create_cluster(instance)
    assert not (instance.home / "postgres.new").exists()
    assert (instance.postgres / "PG_VERSION").read_text() == "18\n"
    assert not list(instance.home.glob("*.password"))


def test_two_instances_do_not_disturb_each_other(served: Instance, instance: Instance) -> None:
    with serving(instance):
        told(instance, "CREATE TABLE mine ()")
        assert asked(served, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == [(0,)]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**{**served.connection, "password": instance.secret("database")})


def test_a_home_too_long_for_a_socket_works_all_the_same() -> None:
    with a_home() as short:
        deep = read_instance({"TOCSIN_HOME": str(short.home / ("d" * 100))})
        with serving(deep):
            assert asked(deep, "SELECT 1") == [(1,)]
        assert not deep.sockets.is_relative_to(deep.home)
        shutil.rmtree(deep.sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")
def test_root_runs_the_server_as_a_user_who_may_do_nothing_else(served: Instance) -> None:
    account = server_account()
    assert account is not None
    assert set(server(served).uids()) == {account.pw_uid}
    assert set(server(served).gids()) == {account.pw_gid}
    assert account.pw_shell == "/usr/sbin/nologin"


def test_a_killed_server_starts_again_with_what_was_written(instance: Instance) -> None:
    with serving(instance):
        told(instance, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('tocsin')")
        killed = server(instance)
        family = [killed, *killed.children(recursive=True)]
        killed.send_signal(signal.SIGKILL)
        psutil.wait_procs(family)
        assert not answers(instance)
    with serving(instance):
        assert server(instance).pid != killed.pid
        assert asked(instance, "SELECT word FROM kept") == [("tocsin",)]


def test_a_backup_holds_what_row_level_security_hides_and_a_restore_brings_it_back(instance: Instance) -> None:
    file = instance.home / "copy.dump"
    with serving(instance):
        told(
            instance,
            "CREATE TABLE walled (word text)",
            "INSERT INTO walled VALUES ('hidden')",
            "ALTER TABLE walled ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE walled FORCE ROW LEVEL SECURITY",
            "CREATE POLICY nobody ON walled USING (false)",
        )
        write_backup(instance, file=file)
        told(instance, "DROP TABLE walled", "CREATE TABLE later ()")
        kept = read_backup(instance, file=file)
        assert asked(instance, "SELECT tablename FROM pg_tables WHERE tableowner = 'tocsin'") == [("walled",)]
        assert asked(instance, "SELECT * FROM walled") == []
        told(instance, "ALTER TABLE walled NO FORCE ROW LEVEL SECURITY")
        assert asked(instance, "SELECT * FROM walled") == [("hidden",)]
        with psycopg.connect(**{**instance.connection, "dbname": kept}) as before:
            assert before.execute("SELECT count(*) FROM later").fetchall() == [(0,)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_restore_leaves_a_database_in_use_as_it_is(served: Instance) -> None:
    file = served.home / "copy.dump"
    write_backup(served, file=file)
    told(served, "CREATE TABLE later ()")
    with psycopg.connect(served.database_dsn), pytest.raises(Refusal, match="in use"):
        read_backup(served, file=file)
    assert asked(served, "SELECT count(*) FROM later") == [(0,)]


def test_a_file_that_is_no_backup_changes_nothing(served: Instance) -> None:
    file = served.home / "nothing.dump"
    file.write_text("no backup")
    told(served, "CREATE TABLE untouched ()")
    with pytest.raises(Refusal, match="nothing was changed"):
        read_backup(served, file=file)
    assert asked(served, "SELECT count(*) FROM untouched") == [(0,)]
    assert asked(served, "SELECT datname FROM pg_database WHERE datname LIKE 'tocsin_%'") == []


def test_a_backup_into_a_folder_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="There is no folder"):
        write_backup(read_instance({"TOCSIN_HOME": str(tmp_path)}), file=tmp_path / "backups" / "copy.dump")


def test_a_backup_that_fails_leaves_the_one_before_it(tmp_path: Path) -> None:
    file = tmp_path / "copy.dump"
    file.write_text("the one before")
    with pytest.raises(Refusal, match="pg_dump failed"):
        write_backup(read_instance({"TOCSIN_HOME": str(tmp_path)}), file=file)
    assert file.read_text() == "the one before"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".copy")] == []
