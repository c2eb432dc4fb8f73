"""Fetching the engine from a mirror that lies, breaks off, is old, or is not there."""

import fcntl
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.engine_mirror import Key, Mirror, Serving
from tocsin.gateways.asterisk.engine import Engine, Progress, install, installed, record_of, sources
from tocsin.gateways.asterisk.engine.programs import LOADED_LATER
from tocsin.gateways.asterisk.engine.sources import this_machine
from tocsin.refusals import Refusal

MACHINE = this_machine()
LIBRARIES = f"usr/lib/{MACHINE.triplet}"
# Stands for the C library's loader: says which libraries a program needs, and "runs" it.
LOADER = b"""#!/bin/sh
folder=$(dirname "$0")
case "$*" in
  *--list*espeak-ng) test -e "$folder/libvoice.so.1" \\
    && printf '\\tlibvoice.so.1 => %s/libvoice.so.1 (0x0)\\n' "$folder" \\
    || printf '\\tlibvoice.so.1 => not found\\n' ;;
  *--list*libsoftokn3.so) printf '\tlibciphers.so.1 => %s/libciphers.so.1 (0x0)\n' "$folder" ;;
  *--list*) ;;
  *) echo "Asterisk 22.10.1~test built by nobody" ;;
esac
"""
A_LONG_PROGRAM = random.Random(1771).randbytes(50_000)  # noqa: S311
NOBODY_ASKED: list[tuple[str, str]] = []


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture
def mirror(key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror with all that is needed, whose key is on this machine's keyring."""
    keyring = tmp_path / "archive.gpg"
    keyring.write_bytes(key.keyring())
    monkeypatch.setattr(sources, "DEBIAN", replace(sources.DEBIAN, keyrings=(keyring,)))
    monkeypatch.setenv("no_proxy", "*")
    mirror = Mirror(key=key, machine=MACHINE)
    mirror.add(
        "asterisk",
        {
            "usr/sbin/asterisk": A_LONG_PROGRAM,
            "usr/share/doc/asterisk/README": b"a long story",
            f"{LIBRARIES}/libunused.so.3": b"nobody loads me",
            f"{LIBRARIES}/../../../../escaped": b"out of the folder",
        },
        depends="libc6 (>= 2.38), asterisk-modules (= 1), adduser",
    )
    mirror.add(
        "asterisk-modules",
        {
            f"{LIBRARIES}/asterisk/modules/chan_pjsip.so": b"telephones",
            f"{LIBRARIES}/asterisk/modules/app_voicemail.so": b"not for us",
        },
    )
    mirror.add("espeak-ng", {"usr/bin/espeak-ng": b"voice"}, depends="libespeak-ng1 | espeak")
    mirror.add(
        "libespeak-ng1",
        {f"{LIBRARIES}/libvoice.so.1.2": b"speaks", f"{LIBRARIES}/libvoice.so.1": b"-> libvoice.so.1.2"},
    )
    mirror.add(
        "espeak-ng-data",
        {f"{LIBRARIES}/espeak-ng-data/{name}": b"words" for name in ("nl_dict", "fo_dict", "phondata")},
    )
    mirror.add("libc6", {f"{LIBRARIES}/ld-linux-test.so.2": LOADER})
    mirror.add("libgcc-s1", {f"{LIBRARIES}/libgcc_s.so.1": b"threads"})
    mirror.publish()
    with Serving(mirror):
        yield mirror


@dataclass
class Desk:
    """Somebody who installs: an instance's folder, a cache, and what was shown."""

    mirror: Mirror
    folder: Path
    cache: Path
    shown: list[tuple[str, Progress | None]] = field(default_factory=list)
    free: Callable[[Path], int] = lambda folder: 10**12

    def install(self, *, newest: bool = False, suite: str = "") -> Engine:
        return install(
            self.folder,
            cache=self.cache,
            mirror=self.mirror.address,
            suite=suite,
            newest=newest,
            report=lambda text, progress: self.shown.append((text, progress)),
            free=self.free,
        )

    def refused(self) -> str:
        """Why it is refused; the folder is then as it was before."""
        before = self.files()
        with pytest.raises(Refusal) as refusal:
            self.install()
        assert self.files() == before
        assert "\n" not in str(refusal.value)
        return str(refusal.value)

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder.parent)): path.read_bytes()
            for path in self.folder.parent.rglob("*")
            if path.is_file()
        }

    def mend(self) -> None:
        """The line is as good as new."""
        self.mirror.broken = False
        self.mirror.cut.clear()
        self.mirror.asked.clear()


@pytest.fixture
def desk(mirror: Mirror, tmp_path: Path) -> Desk:
    (tmp_path / "home").mkdir()
    return Desk(mirror=mirror, folder=tmp_path / "home/engine", cache=tmp_path / "cache")


def test_what_is_needed_is_fetched_and_found_again(desk: Desk) -> None:
    engine = desk.install()
    assert engine.version == "22.10.1"
    assert engine.module_names == {"chan_pjsip"}
    assert installed(desk.folder) == engine


def test_nothing_is_kept_that_is_not_used(desk: Desk) -> None:
    desk.install()
    names = {Path(name).name for name in desk.files()}
    assert names >= {
        "asterisk",
        "espeak-ng",
        "chan_pjsip.so",
        "nl_dict",
        "phondata",
        "libvoice.so.1",
        "libgcc_s.so.1",
    }
    assert names.isdisjoint({"README", "app_voicemail.so", "fo_dict", "libunused.so.3", "escaped"})


def test_what_is_only_loaded_while_it_runs_is_kept_with_what_that_needs(desk: Desk) -> None:
    """No file names NSS's ciphers: without them the switch would load those of the machine, or not start."""
    wanted = {*LOADED_LATER, "libciphers.so.1"}
    desk.mirror.add("libgcc-s1", {f"{LIBRARIES}/{name}": b"used" for name in wanted})
    desk.mirror.publish()
    desk.install()
    assert {Path(name).name for name in desk.files()} >= wanted


def test_the_second_time_nobody_is_asked(desk: Desk) -> None:
    desk.install()
    desk.mirror.asked.clear()
    desk.install()
    assert desk.mirror.asked == NOBODY_ASKED


def test_a_second_instance_needs_no_network(desk: Desk) -> None:
    desk.install()
    desk.mirror.broken = True
    desk.folder = desk.folder.parent / "second"
    assert desk.install().version == "22.10.1"


def test_another_suite_is_fetched_when_it_is_asked_for(desk: Desk) -> None:
    desk.install()
    desk.mirror.publish(suite="sid")
    desk.folder = desk.folder.parent / "second"
    desk.install(suite="sid")
    record = record_of(desk.folder)
    assert record is not None
    assert record.suite == "sid"


def test_the_newest_is_fetched_when_it_is_asked_for(desk: Desk) -> None:
    desk.install()
    desk.mirror.add("libgcc-s1", {f"{LIBRARIES}/libgcc_s.so.1": b"newer threads"})
    desk.mirror.publish()
    desk.install(newest=True)
    assert (desk.folder / LIBRARIES / "libgcc_s.so.1").read_bytes() == b"newer threads"
    assert not (desk.folder.parent / "engine.old").exists()


def test_progress_ends_with_everything(desk: Desk) -> None:
    desk.install()
    for stage in ("Fetching the list of packages", "Fetching packages", "Unpacking"):
        *_, last = [progress for text, progress in desk.shown if text == stage]
        assert last is not None
        assert (last.files, last.bytes) == (last.files_total, last.bytes_total)


def test_a_list_that_was_changed_after_signing_is_refused(desk: Desk) -> None:
    path = "dists/forky/InRelease"
    desk.mirror.files[path] = desk.mirror.files[path].replace(b"Suite: testing", b"Suite: forgery")
    assert "signature" in desk.refused()


def test_a_list_with_something_beside_what_is_signed_is_refused(desk: Desk) -> None:
    path = "dists/forky/InRelease"
    desk.mirror.files[path] = b"SHA256:\n forged\n" + desk.mirror.files[path]
    assert "signature" in desk.refused()


def test_a_list_signed_by_a_stranger_is_refused(desk: Desk) -> None:
    desk.mirror.publish(key=Key())
    assert "signature" in desk.refused()


def test_another_suite_under_the_name_of_this_one_is_refused(desk: Desk) -> None:
    desk.mirror.publish(called="bookworm")
    assert "is not Debian forky" in desk.refused()


def test_a_list_of_packages_with_a_wrong_checksum_is_refused(desk: Desk) -> None:
    (path,) = (path for path in desk.mirror.files if "by-hash" in path)
    desk.mirror.files[path] = desk.mirror.files[path][:-1] + b"!"
    assert "wrong checksum" in desk.refused()


def test_a_package_with_a_wrong_checksum_is_refused_and_fetched_again_the_next_time(desk: Desk) -> None:
    path = desk.mirror.path_of("libc6")
    good = desk.mirror.files[path]
    desk.mirror.files[path] = good[:-1] + b"!"
    assert "libc6 arrived with a wrong checksum" in desk.refused()
    desk.mirror.files[path] = good
    assert desk.install().version == "22.10.1"


def test_a_package_that_was_changed_in_the_cache_is_fetched_again(desk: Desk) -> None:
    desk.install()
    for file in desk.cache.iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    shutil.rmtree(desk.folder)
    assert desk.install().version == "22.10.1"


def test_what_broke_off_goes_on_where_it_stopped(desk: Desk) -> None:
    path = desk.mirror.path_of("asterisk")
    desk.mirror.cut[path] = 1500
    assert "What has arrived is kept" in desk.refused()
    desk.mend()
    assert desk.install().version == "22.10.1"
    assert (path, "bytes=1500-") in desk.mirror.asked
    assert (desk.folder / "usr/sbin/asterisk").read_bytes() == A_LONG_PROGRAM


def test_without_a_network_one_line_says_so_and_the_next_time_works(desk: Desk) -> None:
    desk.mirror.broken = True
    assert "run the same command again once there is a network" in desk.refused()
    desk.mend()
    assert desk.install().version == "22.10.1"


def test_a_disk_without_room_is_told_before_anything_is_fetched(desk: Desk) -> None:
    desk.free = lambda folder: 5_000_000
    assert "5 MB are left" in desk.refused()
    assert desk.mirror.asked == NOBODY_ASKED


def test_a_disk_that_the_packages_do_not_fit_on_is_told_before_they_are_fetched(desk: Desk) -> None:
    desk.free = lambda folder: 50_000_000
    assert "Make room" in desk.refused()
    assert not [path for path, _ in desk.mirror.asked if path.startswith("pool/")]


def test_a_list_past_its_date_is_used_and_told(desk: Desk) -> None:
    desk.mirror.publish(age=timedelta(days=30))
    desk.install()
    assert [text for text, _ in desk.shown if "was valid until" in text]


def test_a_library_that_was_left_out_but_is_missing_is_fetched_after_all(desk: Desk) -> None:
    voice = desk.mirror.packages.pop("libespeak-ng1")
    desk.mirror.packages["libunbound8"] = voice
    desk.mirror.add("espeak-ng", {"usr/bin/espeak-ng": b"voice"}, depends="libunbound8")
    desk.mirror.add("adduser", {})
    desk.mirror.publish()
    assert desk.install().version == "22.10.1"
    assert (desk.folder / LIBRARIES / "libvoice.so.1").read_bytes() == b"speaks"


def test_a_library_that_no_package_has_is_told(desk: Desk) -> None:
    desk.mirror.add("libespeak-ng1", {})
    desk.mirror.add("adduser", {})
    desk.mirror.publish()
    assert "libvoice.so.1" in desk.refused()


def test_where_there_is_no_forky_there_may_be_sid(desk: Desk) -> None:
    desk.mirror.files.clear()
    desk.mirror.publish(suite="sid")
    assert desk.install().version == "22.10.1"


def test_a_mirror_with_neither_is_told(desk: Desk) -> None:
    desk.mirror.files.clear()
    assert "has Debian forky or sid" in desk.refused()


def test_keys_that_are_not_here_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "DEBIAN", replace(sources.DEBIAN, keyrings=()))
    assert "apt-get install debian-archive-keyring" in desk.refused()


def test_without_a_program_that_checks_signatures_nothing_is_believed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install gpgv" in desk.refused()


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="zstd is for Ubuntu, which has dpkg-deb")
def test_packages_of_ubuntu_are_opened_too(desk: Desk) -> None:
    desk.mirror.add("libgcc-s1", {f"{LIBRARIES}/libgcc_s.so.1": b"threads" * 50_000}, zstd=True)
    desk.mirror.publish()
    desk.install()
    assert (desk.folder / LIBRARIES / "libgcc_s.so.1").read_bytes() == b"threads" * 50_000


def test_two_installations_at_once_do_the_work_once(desk: Desk) -> None:
    desk.cache.mkdir()
    waiting = threading.Event()

    def report(text: str, progress: Progress | None) -> None:
        if "Waiting" in text:
            waiting.set()

    second = threading.Thread(
        target=install,
        args=(desk.folder,),
        kwargs={"cache": desk.cache, "mirror": desk.mirror.address, "report": report, "free": desk.free},
    )
    with (desk.cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second.start()
        assert waiting.wait(timeout=60)
        assert desk.mirror.asked == NOBODY_ASKED
    second.join(timeout=60)
    assert installed(desk.folder)


def test_who_has_the_engine_does_not_wait_for_somebody_elses(desk: Desk) -> None:
    desk.install()
    desk.shown.clear()
    with (desk.cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = threading.Thread(target=desk.install, daemon=True)
        found.start()
        found.join(timeout=60)
        assert not found.is_alive()
    assert desk.shown == []
