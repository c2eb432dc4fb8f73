"""Fetches Asterisk and espeak-ng from a Debian mirror into one folder: without root, once, all or nothing."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tocsin.gateways.asterisk.engine import modules, packages, programs, unpacking
from tocsin.gateways.asterisk.engine.archive import contents
from tocsin.gateways.asterisk.engine.programs import Engine
from tocsin.gateways.asterisk.engine.sources import Machine, choose, this_machine
from tocsin.gateways.asterisk.engine.transfer import Progress, Remote, bytes_missing, fetch_all
from tocsin.refusals import Refusal

# Says what is being done, and how far it is where that can be counted.
Report = Callable[[str, Progress | None], None]

_RECORD = "installed.json"
_PLAN = "plan.json"
_LOCK = "lock"
# The lists of packages, fetched before it is known how much the packages themselves are.
_LIST_BYTES = 20_000_000
# The folder before what nothing uses has been removed from it.
_UNPACKED_BYTES = 120_000_000


def _digest(*rules: object) -> str:
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


# What was planned or made by other rules than today's is planned or made anew.
_PLAN_RULES = _digest(packages.ROOTS, packages.LEFT_OUT)
_FOLDER_RULES = _digest(2, packages.ROOTS, modules.KEPT, unpacking.VOICES, programs.LOADED_LATER)


@dataclass(frozen=True)
class Record:
    """What was installed: by which rules, from which suite, signed when (ISO 8601), and which packages."""

    rules: str
    suite: str
    signed_at: str
    packages: tuple[Remote, ...]
    version: str = ""


def record_of(folder: Path) -> Record | None:
    """What the engine in this folder is made of, or None where there is none or one of an older Tocsin."""
    return _read(folder / _RECORD, rules=_FOLDER_RULES)


def installed(folder: Path) -> Engine | None:
    """The engine in this folder, or None where there is none or one of an older Tocsin."""
    record = record_of(folder)
    if record is None:
        return None
    return programs.fetched_engine(folder, machine=this_machine(), version=record.version)


def free_bytes(folder: Path) -> int:
    """Room on the disk that a folder, perhaps not made yet, is on."""
    return shutil.disk_usage(_existing(folder)).free


@dataclass(frozen=True)
class _Work:
    folder: Path
    cache: Path
    machine: Machine
    report: Report
    free: Callable[[Path], int]


def install(
    folder: Path,
    *,
    cache: Path,
    report: Report,
    mirror: str = "",
    suite: str = "",
    newest: bool = False,
    free: Callable[[Path], int] = free_bytes,
) -> Engine:
    """The engine in `folder`, fetched first where it is absent, or where the `newest` is asked for.

    Packages are kept in `cache`, which several instances may share; `mirror` and `suite` are the operator's,
    empty for those that apt is set up with. Refuses, in one line that says what to do, when there is no
    room, no network, no mirror or no good signature; `folder` is then as it was before.
    """
    # Who has the engine does not wait for somebody else's.
    if (found := installed(folder)) and not newest:
        return found
    work = _Work(folder=folder, cache=cache, machine=this_machine(), report=report, free=free)
    with _alone(work):
        found = installed(folder)
        if found and not newest:
            return found
        missing: set[str] = set()
        for record in _plans(work, mirror=mirror, suite=suite, newest=newest):
            missing = _build(record, work)
            if not missing:
                break
        found = installed(folder)
    if missing or found is None:
        raise Refusal(f"The archive lacks {', '.join(sorted(missing))}; set TOCSIN_ENGINE_SUITE to another suite.")
    return found


def _plans(work: _Work, *, mirror: str, suite: str, newest: bool) -> Iterator[Record]:
    """What might be installed, the least to fetch first: what is here, what is needed, all that is named."""
    known = _read(work.cache / _PLAN, rules=_PLAN_RULES)
    usable = known and not newest and suite in ("", known.suite)
    if known and usable and not bytes_missing(known.packages, folder=work.cache):
        yield known
    _refuse_without_room({work.cache: _LIST_BYTES}, work.free)
    listed = contents(
        choose(mirror=mirror, suite=suite),
        now=datetime.now(UTC),
        folder=work.cache,
        report=partial(work.report, "Fetching the list of packages"),
    )
    for warning in listed.warnings:
        work.report(warning, None)
    for left_out in (packages.LEFT_OUT, ()):
        needed = packages.needed_packages(listed.packages, left_out=left_out)
        yield Record(
            rules=_PLAN_RULES,
            suite=listed.suite,
            signed_at=listed.signed_at.isoformat(),
            packages=tuple(listed.remote(package) for package in needed),
        )


def _build(record: Record, work: _Work) -> set[str]:
    """Fetches, unpacks, and replaces the folder; or else answers which libraries are missing."""
    room = {work.cache: bytes_missing(record.packages, folder=work.cache), work.folder: _UNPACKED_BYTES}
    _refuse_without_room(room, work.free)
    files = fetch_all(record.packages, folder=work.cache, report=partial(work.report, "Fetching packages"))
    fresh = work.folder.with_name(f"{work.folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _unpack(list(files.values()), fresh, work)
        missing = programs.drop_unused_libraries(fresh, machine=work.machine)
        if not missing:
            _finish(record, fresh, work)
    except OSError as error:
        raise Refusal(
            f"Could not write {fresh} ({error}). The packages are kept: run the same command again."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return missing


def _unpack(files: list[Path], fresh: Path, work: _Work) -> None:
    kept = partial(unpacking.is_kept, machine=work.machine)
    total = sum(file.stat().st_size for file in files)
    done = 0
    with ThreadPoolExecutor(2) as pool:
        unpacked = pool.map(partial(unpacking.unpack, folder=fresh, kept=kept), files)
        for number, (file, _) in enumerate(zip(files, unpacked, strict=True), start=1):
            done += file.stat().st_size
            work.report("Unpacking", Progress(number, len(files), done, total))


def _finish(record: Record, fresh: Path, work: _Work) -> None:
    """Tries the program, writes down what it is made of, and puts it in its place."""
    engine = programs.fetched_engine(fresh, machine=work.machine)
    record = replace(record, version=programs.version_of(engine.asterisk))
    for path in (fresh, *fresh.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)  # the engine may run as another user than the one who fetched it
    _write(fresh / _RECORD, replace(record, rules=_FOLDER_RULES))
    _write(work.cache / _PLAN, record)
    used = {_PLAN, _LOCK, *(remote.sha256 for remote in record.packages)}
    for file in work.cache.iterdir():
        if file.name not in used:
            file.unlink()
    old = work.folder.with_name(f"{work.folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if work.folder.exists():
        work.folder.rename(old)
    fresh.rename(work.folder)
    shutil.rmtree(old, ignore_errors=True)


def _refuse_without_room(wanted: Mapping[Path, int], free: Callable[[Path], int]) -> None:
    """Says before anything is fetched that it will not fit; folders on one disk count together."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in wanted.items():
        disk = _existing(folder).stat().st_dev
        disks[disk] = (folder, disks.get(disk, (folder, 0))[1] + size)
    for folder, size in disks.values():
        there = free(folder)
        if there < size:
            raise Refusal(
                f"The engine needs {size / 1e6:.0f} MB; {there / 1e6:.0f} MB are left for {folder}. "
                "Make room, or set TOCSIN_HOME and TOCSIN_CACHE to folders on another disk."
            )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


@contextmanager
def _alone(work: _Work) -> Iterator[None]:
    """One installation at a time into one cache; the next waits, and finds the work done."""
    work.cache.mkdir(parents=True, exist_ok=True)
    work.folder.parent.mkdir(parents=True, exist_ok=True)
    with (work.cache / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            work.report("Waiting for another installation of the engine to end.", None)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(file: Path, *, rules: str) -> Record | None:
    """A record, or None where there is none, it was cut off, or other rules made it."""
    try:
        fields = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if fields.get("rules") != rules:
        return None
    return Record(**{**fields, "packages": tuple(Remote(**remote) for remote in fields["packages"])})


def _write(file: Path, record: Record) -> None:
    file.write_text(json.dumps(asdict(record), indent=1), "utf-8")
