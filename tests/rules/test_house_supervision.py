"""The configuration that supervisord gets."""

import configparser
import shlex
import signal
from pathlib import Path

from tocsin.project.instance import read_instance
from tocsin.project.parts import parts_of
from tocsin.project.supervision import Files, configuration, files_of


def read(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


def a_configuration(home: Path, **variables: str) -> configparser.RawConfigParser:
    instance = read_instance({"TOCSIN_HOME": str(home), **variables})
    text = configuration(parts=parts_of(instance), files=files_of(instance), password="pass")
    return read(text)


def test_every_part_has_a_program_that_starts_only_when_it_is_told(tmp_path: Path) -> None:
    found = a_configuration(tmp_path)
    runs = {name: name for name in ("postgres", "engine", "switchboard", "work", "web", "switchboard-2")}
    runs["switchboard-2"] = "switchboard"
    assert [name for name in found.sections() if name.startswith("program:")] == [f"program:{n}" for n in runs]
    for name, run in runs.items():
        program = found[f"program:{name}"]
        assert program["autostart"] == "false"
        assert program["autorestart"] == "true"
        assert shlex.split(program["command"])[-2:] == ["run", run]


def test_where_one_switchboard_is_wanted_none_stands_by(tmp_path: Path) -> None:
    found = a_configuration(tmp_path, TOCSIN_SWITCHBOARDS="1")
    assert "program:switchboard" in found.sections()
    assert "program:switchboard-2" not in found.sections()


def test_parts_stop_in_the_reverse_of_the_order_in_which_they_start(tmp_path: Path) -> None:
    found = a_configuration(tmp_path)
    places = {
        name: int(found[f"program:{name}"]["priority"]) for name in ("postgres", "engine", "switchboard", "web")
    }
    assert sorted(places, key=lambda name: places[name]) == ["postgres", "engine", "switchboard", "web"]


def test_postgresql_is_stopped_by_its_fast_shutdown(tmp_path: Path) -> None:
    assert signal.Signals[f"SIG{a_configuration(tmp_path)['program:postgres']['stopsignal']}"] == signal.SIGINT


def test_a_database_elsewhere_is_not_ours_to_run(tmp_path: Path) -> None:
    found = a_configuration(tmp_path, DATABASE_URL="postgresql://db.example/tocsin")
    assert "program:postgres" not in found.sections()
    assert "program:web" in found.sections()


def test_the_supervisor_listens_on_a_socket_with_a_password_and_on_no_port(tmp_path: Path) -> None:
    found = a_configuration(tmp_path)
    assert found["unix_http_server"]["password"] == "pass"
    assert found["unix_http_server"]["chmod"] == "0600"
    assert "inet_http_server" not in found.sections()


def test_percent_signs_in_a_path_are_not_taken_for_expansions() -> None:
    home = Path("/srv/50%")
    files = Files(configuration=home / "c", socket=home / "s", pid=home / "p", logs=home / "log")
    found = read(configuration(parts=(), files=files, password="pass"))
    assert found["unix_http_server"]["file"] % {} == "/srv/50%/s"


def test_every_log_is_kept_within_bounds(tmp_path: Path) -> None:
    found = a_configuration(tmp_path)
    for name in found.sections():
        if name.startswith("program:"):
            assert found[name]["stdout_logfile_maxbytes"] == "5MB"
            assert found[name]["stdout_logfile_backups"] == "3"
