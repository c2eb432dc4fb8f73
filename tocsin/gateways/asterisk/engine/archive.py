"""A distribution's archive as it is today: its signed Release file and the indexes that it vouches for."""

import lzma
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from tocsin.gateways.asterisk.engine.packages import Package, read_index
from tocsin.gateways.asterisk.engine.sources import Archive, Choice
from tocsin.gateways.asterisk.engine.transfer import Progress, Remote, fetch_all, fetch_text
from tocsin.refusals import Refusal

# RFC 4880, section 7. The line break before the signature is not part of what is signed.
_CLEAR_SIGNED = re.compile(
    rb"-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [^\n]*\n)*\n"
    rb"((?:(?!-----)[^\n]*\n)*?(?!-----)[^\n]*)\n"
    rb"(-----BEGIN PGP SIGNATURE-----\n(?:(?!-----)[^\n]*\n)+-----END PGP SIGNATURE-----)\s*"
)


@dataclass(frozen=True)
class Release:
    """What a Release file says: what the suite is called, and the lists of packages.

    `checksums` are (SHA-256, size in bytes) by path under the suite's folder.
    """

    origin: str
    names: frozenset[str]
    signed_at: datetime
    valid_until: datetime | None
    checksums: dict[str, tuple[str, int]]


@dataclass(frozen=True)
class Contents:
    """A suite as one mirror has it; `warnings` are for the people who install."""

    mirror: str
    suite: str
    signed_at: datetime
    packages: dict[str, Package]
    warnings: tuple[str, ...]

    def remote(self, package: Package) -> Remote:
        """Where the package is to be had."""
        return Remote(package.name, f"{self.mirror}/{package.path}", package.sha256, package.size)


def contents(choice: Choice, *, now: datetime, folder: Path, report: Callable[[Progress], None]) -> Contents:
    """The first suite that one of the mirrors has. Refuses when none has, or when a signature is not good."""
    keyring = _keyring(choice.archive)
    refused: Refusal | None = None
    for suite in choice.archive.suites:
        for mirror in choice.mirrors:
            try:
                found = {pocket: _release(mirror, pocket, choice.archive, keyring) for pocket in suite}
            except Refusal as refusal:
                refused = refused or refusal
                continue
            releases = {pocket: release for pocket, release in found.items() if release}
            if suite[0] in releases:
                return _contents(choice, mirror, releases, now=now, folder=folder, report=report)
    names = " or ".join(suite[0] for suite in choice.archive.suites)
    raise refused or Refusal(
        f"No mirror that apt is set up with has {choice.archive.name} {names}. "
        "Set TOCSIN_DEBIAN_MIRROR to one that has Debian's."
    )


def _contents(
    choice: Choice,
    mirror: str,
    releases: dict[str, Release],
    *,
    now: datetime,
    folder: Path,
    report: Callable[[Progress], None],
) -> Contents:
    suite = next(iter(releases))
    remotes = [
        _index(f"{mirror}/dists/{pocket}", release, component, choice.machine.architecture)
        for pocket, release in releases.items()
        for component in choice.archive.components
    ]
    files = fetch_all(remotes, folder=folder, report=report)
    packages: dict[str, Package] = {}
    for remote in remotes:  # a pocket that corrects comes after what it corrects
        packages |= read_index(lzma.decompress(files[remote].read_bytes()).decode())
    return Contents(
        mirror=mirror,
        suite=suite,
        signed_at=releases[suite].signed_at,
        packages=packages,
        warnings=tuple(
            f"The mirror's list of {pocket} was valid until {release.valid_until:%-d %B %Y}; its signature "
            "is good, so it is used, but newer corrections may be missing."
            for pocket, release in releases.items()
            if release.valid_until and release.valid_until < now
        ),
    )


def _index(suite: str, release: Release, component: str, architecture: str) -> Remote:
    """The list of packages, at an address that names its checksum: a mirror being updated cannot mix two."""
    path = f"{component}/binary-{architecture}/Packages.xz"
    if path not in release.checksums:
        raise Refusal(f"{suite} has no packages for {architecture}.")
    sha256, size = release.checksums[path]
    address = f"{suite}/{component}/binary-{architecture}/by-hash/SHA256/{sha256}"
    return Remote("The list of packages", address, sha256, size)


def _release(mirror: str, suite: str, archive: Archive, keyring: Path) -> Release | None:
    """The suite's Release file, once its signature is known to be good; None where the mirror has none.

    A good signature on another suite than the one asked for is refused too.
    """
    address = f"{mirror}/dists/{suite}/InRelease"
    signed = fetch_text(address)
    if signed is None:
        return None
    release = read_release(verified(signed, keyring=keyring, name=address))
    if release.origin != archive.name or suite not in release.names:
        raise Refusal(f"{address} is not {archive.name} {suite}: nothing of it was used.")
    return release


def read_release(text: str) -> Release:
    """Reads a Release file (Debian Wiki, DebianRepository/Format)."""
    fields = dict(re.findall(r"(?m)^([A-Za-z-]+): (.*)$", text))
    checksums = text.partition("\nSHA256:")[2]
    return Release(
        origin=fields.get("Origin", ""),
        names=frozenset({fields.get("Suite", ""), fields.get("Codename", "")}),
        signed_at=_instant(fields["Date"]),
        valid_until=_instant(fields["Valid-Until"]) if "Valid-Until" in fields else None,
        checksums={
            path: (sha256, int(size))
            for sha256, size, path in re.findall(r"(?m)^ ([0-9a-f]{64}) +(\d+) (\S+)$", checksums)
        },
    )


def _instant(text: str) -> datetime:
    """A date as mail writes it, always in UTC here."""
    return parsedate_to_datetime(text.replace("UTC", "+0000")).astimezone(UTC)


def verified(document: bytes, *, keyring: Path, name: str) -> str:
    """The text of a clear-signed document, and nothing that stands beside it.

    Refuses where no key of the keyring has signed it. Asks gpgv or sqv, whichever the machine's own apt asks.
    """
    gpgv, sqv = shutil.which("gpgv"), shutil.which("sqv")
    if not gpgv and not sqv:
        raise Refusal("Signatures cannot be checked: neither gpgv nor sqv is here. As root: apt-get install gpgv")
    refusal = Refusal(f"The signature of {name} is not by {keyring.stem}: nothing of it was used.")
    parts = _CLEAR_SIGNED.fullmatch(document)
    if parts is None:
        raise refusal
    text = re.sub(rb"(?m)^- ", b"", parts[1])
    with tempfile.TemporaryDirectory() as folder:
        signed, signature = Path(folder, "text"), Path(folder, "signature")
        signed.write_bytes(text)
        signature.write_bytes(parts[2])
        program = [gpgv, "--status-fd", "1"] if gpgv else [str(sqv)]
        command = [*program, "--keyring", str(keyring), str(signature), str(signed)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    # gpgv fails as soon as one of several keys is unknown to it; one good signature is enough, as for apt.
    good = "[GNUPG:] GOODSIG" in answer.stdout if gpgv else answer.returncode == 0
    if not good or "[GNUPG:] BADSIG" in answer.stdout:
        raise refusal
    return text.decode()


def _keyring(archive: Archive) -> Path:
    for keyring in archive.keyrings:
        if keyring.is_file():
            return keyring
    raise Refusal(
        f"The keys that sign {archive.name}'s packages are not here. "
        f"As root: apt-get install {archive.keyring_package}"
    )
