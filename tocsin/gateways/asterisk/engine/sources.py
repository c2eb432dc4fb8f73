"""Where packages come from: the mirror that the machine's own apt uses, or one that the operator names."""

import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.refusals import Refusal

_KEYRINGS = Path("/usr/share/keyrings")
# What apt's lists may call Debian's releases instead of their codenames, which is all that os-release says.
_CLASSES = {"oldstable", "stable", "testing", "unstable", "sid"}
_RUNBOOK = "docs/runbooks/engine.md says how to use an Asterisk of your own."


@dataclass(frozen=True)
class Archive:
    """A distribution's packages: `name` as its Release file says, and the keys that sign it.

    `suites` are tried in order; each is a suite followed by the pockets that correct it.
    """

    name: str
    suites: tuple[tuple[str, ...], ...]
    components: tuple[str, ...]
    keyrings: tuple[Path, ...]
    keyring_package: str


# Suites that carry Asterisk 22.5 or newer.
DEBIAN = Archive(
    name="Debian",
    suites=(("forky",), ("sid",)),
    components=("main",),
    keyrings=(_KEYRINGS / "debian-archive-keyring.gpg", _KEYRINGS / "debian-archive-keyring.pgp"),
    keyring_package="debian-archive-keyring",
)
UBUNTU = Archive(
    name="Ubuntu",
    suites=(("resolute", "resolute-updates"),),
    components=("main", "universe"),
    keyrings=(_KEYRINGS / "ubuntu-archive-keyring.gpg",),
    keyring_package="ubuntu-keyring",
)


@dataclass(frozen=True)
class Machine:
    """What packages are built for: Debian's word for the processor, and the folder its libraries are in."""

    architecture: str
    triplet: str


_MACHINES = {
    "x86_64": Machine("amd64", "x86_64-linux-gnu"),
    "aarch64": Machine("arm64", "aarch64-linux-gnu"),
}


@dataclass(frozen=True)
class Choice:
    """Whence to fetch: an archive, the mirrors that may have it, and what for."""

    archive: Archive
    mirrors: tuple[str, ...]
    machine: Machine


def this_machine(*, system: str = platform.system(), processor: str = platform.machine()) -> Machine:
    """The machine we are on; refuses one that Debian's packages do not run on."""
    machine = _MACHINES.get(processor)
    if system != "Linux" or machine is None:
        raise Refusal(f"The telephone engine is not fetched for {system} on {processor}. {_RUNBOOK}")
    return machine


def choose(*, mirror: str, suite: str, root: Path = Path("/")) -> Choice:
    """What to fetch from: the operator's `mirror` of Debian and `suite`, or apt's where empty."""
    machine = this_machine()
    release = _os_release(root)
    names = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    archive = UBUNTU if "ubuntu" in names and not mirror else DEBIAN
    if suite:
        archive = replace(archive, suites=((suite,),))
    mirrors = (mirror.rstrip("/"),) if mirror else tuple(apt_mirrors(root))
    if not mirrors:
        raise Refusal(
            "This machine's apt is set up with no Debian or Ubuntu mirror on the network. "
            f"Set TOCSIN_DEBIAN_MIRROR to one, or TOCSIN_ENGINE=system: {_RUNBOOK}"
        )
    return Choice(archive=archive, mirrors=mirrors, machine=machine)


def apt_mirrors(root: Path = Path("/")) -> list[str]:
    """The mirrors of apt's main archive for this machine's own release, in apt's order, each once.

    One that only names a class of releases may be of somebody else: it lacks the suite, and is passed by.
    """
    codename = _os_release(root).get("VERSION_CODENAME", "")
    folder = root / "etc/apt"
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    found: dict[str, None] = {}
    for file in files:
        if not file.is_file():
            continue
        entries = _paragraphs if file.suffix == ".sources" else _one_line_entries
        if file.suffix not in (".sources", ".list"):
            continue
        for address, suites, components in entries(file.read_text("utf-8", "replace")):
            if "main" in components and (not codename or {codename, *_CLASSES}.intersection(suites)):
                found |= dict.fromkeys(_expanded(address, root))
    return list(found)


def _one_line_entries(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """`deb [options] address suite component...`, one to a line."""
    for line in text.splitlines():
        words = re.sub(r"\[[^]]*\]", " ", line.partition("#")[0]).split()
        if len(words) >= 4 and words[0] == "deb":
            yield words[1], words[2:3], words[3:]


def _paragraphs(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """deb822: paragraphs of fields, each with any number of words."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for paragraph in re.split(r"\n\s*\n", kept):
        fields = {
            name.lower(): value.split()
            for name, value in re.findall(r"^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)", paragraph, re.MULTILINE)
        }
        if "deb" in fields.get("types", []) and fields.get("enabled") != ["no"]:
            for address in fields.get("uris", []):
                yield address, fields.get("suites", []), fields.get("components", [])


def _expanded(address: str, root: Path) -> Iterator[str]:
    """An address as it can be fetched from; cloud images name a file with a list of mirrors instead."""
    scheme, _, rest = address.partition(":")
    if scheme == "mirror+file":
        listed = root / rest.lstrip("/")
        for line in listed.read_text("utf-8").splitlines() if listed.is_file() else ():
            words = line.partition("#")[0].split()
            yield from _expanded(words[0], root) if words else ()
    elif urlsplit(address).scheme in ("http", "https", "file"):
        yield address.rstrip("/")


def _os_release(root: Path) -> Mapping[str, str]:
    file = root / "etc/os-release"
    text = file.read_text("utf-8") if file.is_file() else ""
    return {name: value.strip("\"'") for name, value in re.findall(r"(?m)^([A-Z_]+)=(.*)$", text)}
