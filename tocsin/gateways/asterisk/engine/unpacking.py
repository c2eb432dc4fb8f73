"""Opens Debian packages without dpkg and keeps the little that is used: no documents, no set-up scripts."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from tocsin.gateways.asterisk.engine import modules
from tocsin.gateways.asterisk.engine.sources import Machine
from tocsin.refusals import Refusal

# Languages that are spoken to callers; the dictionaries of all hundred take 24 MB.
VOICES = ("ar", "de", "en", "es", "fr", "nl", "ru", "uk")

_PROGRAMS = {"usr/sbin/asterisk", "usr/bin/espeak-ng"}
# Asterisk checks its own configuration against these.
_DOCUMENTS = {f"usr/share/asterisk/documentation/{name}" for name in ("core-en_US.xml", "appdocsxml.xslt")}
_MODULES = {f"{name}.so" for name in modules.KEPT}
_HEADER_BYTES = 60


def is_kept(path: str, machine: Machine) -> bool:
    """Whether a file of a package is used; libraries that nothing uses are found out later."""
    if path in _PROGRAMS or path in _DOCUMENTS:
        return True
    libraries = f"usr/lib/{machine.triplet}/"
    if not path.startswith(libraries):
        return False
    inside = path.removeprefix(libraries)
    if inside.startswith("asterisk/modules/"):
        return PurePosixPath(inside).name in _MODULES
    if inside.startswith("espeak-ng-data/"):
        name = PurePosixPath(inside).name
        return not name.endswith("_dict") or name.removesuffix("_dict") in VOICES
    return ".so" in inside and ("/" not in inside or inside.startswith("pulseaudio/"))


def unpack(package: Path, *, folder: Path, kept: Callable[[str], bool]) -> None:
    """Puts the files of a package that are kept under a folder, with links but without owners."""
    with _contents(package) as archive:
        for member in archive:
            path = PurePosixPath(member.name).as_posix().removeprefix("/")
            path = f"usr/{path}" if path.split("/")[0] in ("bin", "sbin", "lib", "lib64") else path
            if not kept(path) or ".." in path.split("/"):
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            if member.issym():
                target.symlink_to(member.linkname)
            elif member.isfile() and (source := archive.extractfile(member)):
                with source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                target.chmod(0o755 if member.mode & 0o100 else 0o644)


@contextmanager
def _contents(package: Path) -> Iterator[tarfile.TarFile]:
    """The files in a package: an ar archive (deb(5)) with a data.tar compressed in one of several ways."""
    with package.open("rb") as file:
        suffix = _seek_data(file, package)
        if suffix in (".xz", ".gz", ""):
            with tarfile.open(fileobj=file, mode="r|*") as archive:
                yield archive
            return
    # Ubuntu compresses with zstd, which Python reads from 3.14 on; where there is Ubuntu there is dpkg.
    if not shutil.which("dpkg-deb"):
        raise Refusal(f"A package is compressed as {suffix[1:]}, which needs dpkg-deb, and that is not here.")
    command = ["dpkg-deb", "--fsys-tarfile", os.fspath(package)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as archive,
    ):
        yield archive
    if process.returncode:
        raise Refusal(f"{package} cannot be opened; remove it and run the same command again.")


def _seek_data(file: IO[bytes], package: Path) -> str:
    """Moves to the start of data.tar and answers how it is compressed, as the end of its name says."""
    file.seek(len(b"!<arch>\n"))
    while len(header := file.read(_HEADER_BYTES)) == _HEADER_BYTES:
        name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
        if name.startswith("data.tar"):
            return name.removeprefix("data.tar")
        file.seek(size + size % 2, os.SEEK_CUR)
    raise Refusal(f"{package} is no Debian package; remove it and run the same command again.")
