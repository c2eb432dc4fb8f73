"""What an instance reads from the environment and from its folder."""

import stat
import threading
from pathlib import Path

import pytest

from tocsin.project.instance import Instance, read_instance
from tocsin.project.people_commands import address_for_people
from tocsin.refusals import Refusal


def an_instance(home: Path, **variables: str) -> Instance:
    return read_instance({"TOCSIN_HOME": str(home), **variables})


def test_the_other_ports_move_with_the_web_port(tmp_path: Path) -> None:
    here, there = an_instance(tmp_path), an_instance(tmp_path, TOCSIN_PORT="9100")
    assert (here.ports.web, here.ports.switch_http, here.ports.sip, here.ports.sip_tls) == (8000, 8100, 8160, 8161)
    assert (there.ports.web, there.ports.switch_http, there.ports.sip, there.ports.sip_tls) == (
        9100,
        9200,
        9260,
        9261,
    )
    assert (there.ports.outside_http, there.ports.outside_sip) == (9201, 9262)


@pytest.mark.parametrize("port", ["", "80", "http", "65500", "-1"])
def test_a_port_that_cannot_be_used_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(Refusal, match="TOCSIN_PORT"):
        an_instance(tmp_path, TOCSIN_PORT=port)


@pytest.mark.parametrize("number", ["0", "3", "two"])
def test_what_is_no_number_of_switchboards_is_refused(tmp_path: Path, number: str) -> None:
    with pytest.raises(Refusal, match="TOCSIN_SWITCHBOARDS"):
        an_instance(tmp_path, TOCSIN_SWITCHBOARDS=number)


def test_an_instance_listens_on_this_machine_alone_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    assert an_instance(tmp_path).bind == "127.0.0.1"
    assert an_instance(tmp_path, TOCSIN_BIND="192.0.2.7").bind == "192.0.2.7"


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        # No browser makes a passkey for an address of digits.
        ({}, "http://localhost:8000"),
        ({"TOCSIN_PORT": "9100", "TOCSIN_BIND": "::1"}, "http://localhost:9100"),
        ({"TOCSIN_BIND": "192.0.2.7"}, "http://192.0.2.7:8000"),
        ({"TOCSIN_BIND": "192.0.2.7", "TOCSIN_HOSTS": "crisis.example.org"}, "https://crisis.example.org"),
    ],
)
def test_people_are_sent_to_the_name_of_the_site(tmp_path: Path, variables: dict[str, str], address: str) -> None:
    assert address_for_people(an_instance(tmp_path, **variables)) == address


def test_names_of_the_site_are_served_and_trusted_over_https(tmp_path: Path) -> None:
    instance = an_instance(tmp_path, TOCSIN_HOSTS="crisis.example, www.crisis.example")
    assert instance.hosts == ["127.0.0.1", "localhost", "crisis.example", "www.crisis.example"]
    assert instance.origins[-2:] == ["https://crisis.example", "https://www.crisis.example"]


def test_a_secret_stays_the_same_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    secret = an_instance(tmp_path).secret("django")
    assert len(secret) >= 43
    assert an_instance(tmp_path).secret("django") == secret
    assert an_instance(tmp_path).secret("ari") != secret
    assert stat.S_IMODE((tmp_path / "secrets" / "django").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_a_secret(tmp_path: Path) -> None:
    together = threading.Barrier(16)
    seen: list[str] = []

    def ask() -> None:
        together.wait()
        seen.append(an_instance(tmp_path).secret("django"))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16
    assert len(set(seen)) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["django"]


def test_an_instance_is_a_demo_only_when_it_was_created_as_one(tmp_path: Path) -> None:
    assert not an_instance(tmp_path / "new").demo
    an_instance(tmp_path / "demo").create(demo=True)
    assert an_instance(tmp_path / "demo").demo
    an_instance(tmp_path / "demo").create(demo=False)
    assert an_instance(tmp_path / "demo").demo


def test_a_real_instance_does_not_become_a_demo(tmp_path: Path) -> None:
    an_instance(tmp_path).create(demo=False)
    with pytest.raises(Refusal, match="real instance"):
        an_instance(tmp_path).create(demo=True)
    assert not an_instance(tmp_path).demo


def test_a_folder_that_holds_a_database_is_real_though_nobody_said_so(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(Refusal, match="real instance"):
        an_instance(tmp_path).create(demo=True)


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.0.2.7", "::"])  # noqa: S104 - refused
def test_a_demo_is_never_open_to_others(tmp_path: Path, bind: str) -> None:
    with pytest.raises(Refusal, match="TOCSIN_BIND"):
        an_instance(tmp_path, TOCSIN_BIND=bind).create(demo=True)
    assert not (tmp_path / "kind").exists()


def test_a_demo_is_never_made_in_a_database_that_others_may_use(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="DATABASE_URL"):
        an_instance(tmp_path, DATABASE_URL="postgresql://db.example/tocsin").create(demo=True)


def test_a_database_address_is_read_with_all_its_words(tmp_path: Path) -> None:
    url = "postgresql://centre:p%40ss%2Fword@db.example:5433/crisis?sslmode=verify-full&application_name=tocsin"
    database = an_instance(tmp_path, DATABASE_URL=url).database
    assert (database["USER"], database["PASSWORD"], database["NAME"]) == ("centre", "p@ss/word", "crisis")
    assert (database["HOST"], database["PORT"]) == ("db.example", "5433")
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["application_name"] == "tocsin"


def test_a_database_elsewhere_is_not_waited_for_without_end_and_the_operator_has_the_last_word(
    tmp_path: Path,
) -> None:
    url = "postgresql://db.example/crisis?tcp_user_timeout=60000&options=-c%20geqo%3Doff"
    words = an_instance(tmp_path, DATABASE_URL=url).connection
    assert words["options"] == "-c idle_in_transaction_session_timeout=10s -c geqo=off"
    assert (words["keepalives_idle"], words["tcp_user_timeout"]) == ("5", "60000")


@pytest.mark.parametrize("url", ["mysql://db.example/tocsin", "postgresql://db.example", "nonsense"])
def test_a_database_address_that_cannot_be_used_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refusal, match="DATABASE_URL"):
        an_instance(tmp_path, DATABASE_URL=url).database  # noqa: B018 - reading it is what refuses


def test_the_password_of_a_database_is_not_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        an_instance(tmp_path, DATABASE_URL="postgresql://centre:secret@db.example").database  # noqa: B018
    assert "secret" not in str(refused.value)


def test_the_embedded_database_is_reached_by_a_socket_and_a_password_only(tmp_path: Path) -> None:
    database = an_instance(tmp_path).database
    assert database["HOST"].startswith("/")
    assert database["USER"] == "tocsin"
    assert len(database["PASSWORD"]) >= 43
    assert database["OPTIONS"]["require_auth"] == "scram-sha-256"


def test_a_long_home_keeps_its_sockets_where_their_paths_still_fit(tmp_path: Path) -> None:
    deep = an_instance(tmp_path / ("d" * 100))
    assert len(str(deep.sockets / "postgres" / ".s.PGSQL.5432.lock")) < 108
    assert deep.sockets != an_instance(tmp_path / ("e" * 100)).sockets
    assert an_instance(Path("/srv/tocsin")).sockets == Path("/srv/tocsin/run")


def test_a_socket_folder_that_somebody_else_laid_out_is_not_used(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    instance.sockets.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="belongs to somebody else"):
        instance.make_sockets()
