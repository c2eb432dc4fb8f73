"""The telephone switch and the voice as commands: those that were fetched, or the machine's own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tocsin.gateways.asterisk.engine.sources import Machine
from tocsin.refusals import Refusal

# REST over the events' WebSocket came with this version.
_OLDEST = (22, 5)
# Libraries that no file names, for they are loaded by name while the engine runs: by the C library when a thread
# is cancelled, and by NSS, whose ciphers libsrtp uses. Without them the machine's own would be taken, or none.
LOADED_LATER = ("libgcc_s.so.1", "libsoftokn3.so", "libfreebl3.so", "libfreeblpriv3.so")
_MODULE_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu/asterisk/modules",
    "/usr/lib/aarch64-linux-gnu/asterisk/modules",
    "/usr/lib/asterisk/modules",
    "/usr/lib64/asterisk/modules",
    "/usr/local/lib/asterisk/modules",
    "/opt/homebrew/lib/asterisk/modules",
)
_DOCUMENT_FOLDERS = (
    "/usr/share/asterisk/documentation",
    "/var/lib/asterisk/documentation",
    "/usr/local/var/lib/asterisk/documentation",
    "/opt/homebrew/var/lib/asterisk/documentation",
)


@dataclass(frozen=True)
class Engine:
    """What makes telephones ring and text speak.

    `asterisk` and `espeak` are commands without their arguments. `modules` is the folder of Asterisk's
    modules, which are `module_names`; `documentation` is that of its XML documents, without which it cannot
    read its configuration.
    """

    version: str
    asterisk: tuple[str, ...]
    espeak: tuple[str, ...]
    modules: Path
    module_names: frozenset[str]
    documentation: Path


def fetched_engine(folder: Path, *, machine: Machine, version: str = "") -> Engine:
    """The programs under a folder, which run with the C library they were built for."""
    libraries = folder / "usr/lib" / machine.triplet
    loader = _loader(folder, machine)
    return Engine(
        version=version,
        asterisk=(*loader, "--argv0", "asterisk", str(folder / "usr/sbin/asterisk")),
        espeak=(*loader, str(folder / "usr/bin/espeak-ng"), "--path", str(libraries)),
        modules=libraries / "asterisk/modules",
        module_names=_names(libraries / "asterisk/modules"),
        documentation=folder / "usr/share/asterisk/documentation",
    )


def system_engine() -> Engine:
    """The machine's own Asterisk and espeak-ng. Refuses when they are absent or too old."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    asterisk, espeak = shutil.which("asterisk", path=path), shutil.which("espeak-ng", path=path)
    if not asterisk or not espeak:
        absent = "Asterisk" if not asterisk else "espeak-ng"
        raise Refusal(
            f"TOCSIN_ENGINE=system, but {absent} is not installed here. Install it, or unset TOCSIN_ENGINE."
        )
    version = version_of((asterisk,))
    if _numbers(version) < _OLDEST:
        raise Refusal(
            f"This machine's Asterisk is {version} and 22.5 is needed. Update it, or unset TOCSIN_ENGINE."
        )
    folders = [_first(_MODULE_FOLDERS, "chan_pjsip.so"), _first(_DOCUMENT_FOLDERS, "core-en_US.xml")]
    if None in folders:
        raise Refusal(
            "This machine's Asterisk keeps its modules or documents in an unknown place; unset TOCSIN_ENGINE."
        )
    modules, documentation = (Path(str(folder)) for folder in folders)
    return Engine(version, (asterisk,), (espeak,), modules, _names(modules), documentation)


def _names(modules: Path) -> frozenset[str]:
    return frozenset(file.stem for file in modules.glob("*.so"))


def version_of(asterisk: tuple[str, ...]) -> str:
    """What the program says of itself, such as 22.10.1. Refuses when it does not run."""
    answer = subprocess.run((*asterisk, "-V"), capture_output=True, text=True, check=False)
    found = re.match(r"Asterisk (?:certified[/-])?(\d+(?:\.\d+)+)", answer.stdout)
    if not found:
        raise Refusal(f"Asterisk does not run on this machine: {(answer.stderr or answer.stdout).strip()}")
    return found[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _first(folders: tuple[str, ...], file: str) -> Path | None:
    return next((Path(folder) for folder in folders if Path(folder, file).is_file()), None)


def _loader(folder: Path, machine: Machine) -> tuple[str, ...]:
    """The dynamic loader of the folder's own C library, told to look nowhere else first."""
    libraries = folder / "usr/lib" / machine.triplet
    loader = next(iter(sorted(libraries.glob("ld-linux-*.so.*"))), libraries / "ld-linux.so")
    return (str(loader), "--inhibit-cache", "--library-path", f"{libraries}:{libraries / 'pulseaudio'}")


def drop_unused_libraries(folder: Path, *, machine: Machine) -> set[str]:
    """Removes what no program or module of the folder loads; answers the names of those that are missing."""
    libraries = folder / "usr/lib" / machine.triplet
    used = {*_loaded_later(folder, machine), Path(_loader(folder, machine)[0])}
    missing = set()
    for name, path in _loaded(folder, machine):
        if path and path.is_relative_to(folder):
            used.add(path)
        else:
            missing.add(name)
    used |= {path.resolve() for path in used}
    for file in (*libraries.glob("*.so*"), *libraries.glob("pulseaudio/*.so*")):
        if file not in used:
            file.unlink()
    return missing


def _loaded_later(folder: Path, machine: Machine) -> list[Path]:
    """Those of LOADED_LATER that the distribution has: not every build of libsrtp uses NSS."""
    libraries = folder / "usr/lib" / machine.triplet
    return [libraries / name for name in LOADED_LATER if (libraries / name).exists()]


def _loaded(folder: Path, machine: Machine) -> Iterator[tuple[str, Path | None]]:
    """Each library that each program, module and library loaded later asks for, and where the loader finds it."""
    modules = folder / "usr/lib" / machine.triplet / "asterisk/modules"
    programs = (folder / "usr/sbin/asterisk", folder / "usr/bin/espeak-ng")
    for file in (*programs, *sorted(modules.glob("*.so")), *_loaded_later(folder, machine)):
        command = (*_loader(folder, machine), "--list", str(file))
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode and "not found" not in answer.stdout:
            raise Refusal(f"{file.name} does not run on this machine: {answer.stderr.strip()}")
        for name, path in re.findall(r"(?m)^\t(\S+) => (\S+|not found)", answer.stdout):
            if not name.startswith("/"):
                yield name, None if path == "not found" else Path(path)
