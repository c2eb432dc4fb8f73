"""What an archive's index says of its packages, and which of them are needed. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from tocsin.refusals import Refusal

ROOTS = ("asterisk", "asterisk-modules", "espeak-ng", "espeak-ng-data", "libc6", "libgcc-s1")

# Named as needed by the packages above, but only for modules we do not load, for setting up a system, or for
# a sound card. Left out to download a third: should a library turn out to be missing, all are fetched.
LEFT_OUT = (
    "adduser",
    "asterisk-config*",
    "asterisk-core-sounds*",
    "debconf*",
    "libcodec2-*",
    "libcurl4*",
    "libc-gconv-modules-extra",
    "libgcrypt20",
    "libglib2.0-*",
    "libgmime-*",
    "libgsm1*",
    "libical3*",
    "libiksemel3*",
    "libjack*",
    "libjwt*",
    "libldap*",
    "liblua5*",
    "libneon27*",
    "libodbc*",
    "libopencore-*",
    "libopusenc0",
    "libopusfile0",
    "libportaudio2*",
    "libpq5",
    "libradcli4*",
    "libresample1*",
    "libsnmp*",
    "libspandsp2*",
    "libspeex*",
    "libsybdb5",
    "libunbound8*",
    "libvo-amrwbenc0",
    "libx11-data",
    "openssl-provider-legacy",
)


@dataclass(frozen=True)
class Package:
    """One package of an index. `needs` are alternatives, of which one is enough; `size` is in bytes."""

    name: str
    version: str
    path: str
    sha256: str
    size: int
    needs: tuple[tuple[str, ...], ...] = ()
    provides: tuple[str, ...] = ()


_NEEDED_FIELDS = {"Package", "Version", "Filename", "SHA256", "Size"}
_FIELDS = {*_NEEDED_FIELDS, "Depends", "Pre-Depends", "Provides"}


def read_index(text: str) -> dict[str, Package]:
    """The packages of an index (Debian Policy, chapter 5: control fields), by name."""
    packages = {}
    for paragraph in text.split("\n\n"):
        lines = (line.partition(": ") for line in paragraph.split("\n"))
        fields = {name: value for name, _, value in lines if name in _FIELDS}
        if fields.keys() >= _NEEDED_FIELDS:
            wishes = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}"
            packages[fields["Package"]] = Package(
                name=fields["Package"],
                version=fields["Version"],
                path=fields["Filename"],
                sha256=fields["SHA256"],
                size=int(fields["Size"]),
                needs=tuple(_names(wish, "|") for wish in wishes.split(",") if wish.strip()),
                provides=_names(fields.get("Provides", ""), ","),
            )
    return packages


def _names(text: str, separator: str) -> tuple[str, ...]:
    """The names in a relation, without versions and architectures: within one suite the versions fit."""
    return tuple(re.split(r"[\s(:\[<]", part.strip())[0] for part in text.split(separator) if part.strip())


def needed_packages(
    index: Mapping[str, Package], *, roots: Iterable[str] = ROOTS, left_out: Iterable[str] = LEFT_OUT
) -> list[Package]:
    """The roots and all they need, by name. Refuses where the index lacks one of them."""
    left_out = tuple(left_out)
    providers = {name: package for package in index.values() for name in package.provides}
    needed: dict[str, Package] = {}
    wanted: list[tuple[str, ...]] = [(root,) for root in roots]
    while wanted:
        alternatives = wanted.pop()
        if any(fnmatch(name, pattern) for name in alternatives for pattern in left_out):
            continue
        found = [index.get(name) or providers.get(name) for name in alternatives]
        package = next((candidate for candidate in found if candidate), None)
        if package is None:
            raise Refusal(f"The archive has no package {' or '.join(alternatives)}; try another suite.")
        if package.name not in needed:
            needed[package.name] = package
            wanted += package.needs
    return [needed[name] for name in sorted(needed)]
