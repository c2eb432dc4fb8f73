"""Which packages are needed, and where they come from, as the machine's own apt is set up."""

from pathlib import Path

import pytest

from tocsin.gateways.asterisk.engine.archive import read_release
from tocsin.gateways.asterisk.engine.packages import needed_packages, read_index
from tocsin.gateways.asterisk.engine.sources import apt_mirrors, choose, this_machine
from tocsin.gateways.asterisk.engine.unpacking import is_kept
from tocsin.refusals import Refusal


def index(*packages: str) -> str:
    """An index with these packages: `name`, `name: dependencies` or `name: dependencies; provides`."""
    paragraphs = []
    for package in packages:
        name, _, relations = package.partition(": ")
        depends, _, provides = relations.partition("; ")
        paragraphs.append(
            f"Package: {name}\nSource: {name}-source\nVersion: 1:2~3\nDepends: {depends}\nProvides: {provides}\n"
            f"Description: needed by\n Depends: nothing\nFilename: pool/{name}.deb\nSize: 10\nSHA256: {name}\n"
        )
    return "\n".join(paragraphs)


def needed(*packages: str, left_out: tuple[str, ...] = ()) -> list[str]:
    found = needed_packages(read_index(index(*packages)), roots=("asterisk",), left_out=left_out)
    return [package.name for package in found]


def test_needs_of_needs_are_needed() -> None:
    assert needed("asterisk: liba (>= 1:2)", "liba: libb [amd64], libc:any", "libb", "libc", "other") == [
        "asterisk",
        "liba",
        "libb",
        "libc",
    ]


def test_packages_that_need_each_other_end() -> None:
    assert needed("asterisk: liba", "liba: asterisk") == ["asterisk", "liba"]


def test_of_alternatives_the_first_that_exists_is_taken() -> None:
    assert needed("asterisk: gone | libb (= 2) | libc", "libb", "libc") == ["asterisk", "libb"]


def test_a_package_that_provides_a_name_serves_for_it() -> None:
    assert needed("asterisk: virtual", "real: ; virtual (= 1), more") == ["asterisk", "real"]


def test_what_is_left_out_takes_its_own_needs_with_it() -> None:
    assert needed(
        "asterisk: libodbc2, liba", "libodbc2: libltdl7", "libltdl7", "liba", left_out=("libodbc*",)
    ) == [
        "asterisk",
        "liba",
    ]


def test_a_package_that_exists_nowhere_is_told() -> None:
    with pytest.raises(Refusal, match="gone or lost"):
        needed("asterisk: gone | lost")


def test_a_package_is_read_with_what_makes_it_the_right_one() -> None:
    package = read_index(index("asterisk"))["asterisk"]
    assert (package.version, package.path, package.size, package.sha256) == (
        "1:2~3",
        "pool/asterisk.deb",
        10,
        "asterisk",
    )


def test_a_release_is_read_from_its_sha256_part_only() -> None:
    digest = "0" * 64
    release = read_release(
        "Origin: Debian\nSuite: testing\nCodename: forky\nDate: Fri, 30 Oct 2026 08:08:01 UTC\n"
        f"MD5Sum:\n {'1' * 32} 1 main/Packages.xz\nSHA256:\n {digest}  7 main/Packages.xz\n"
    )
    assert release.names == {"testing", "forky"}
    assert release.valid_until is None
    assert release.checksums == {"main/Packages.xz": (digest, 7)}
    assert release.signed_at.isoformat() == "2026-10-30T08:08:01+00:00"


def machine(root: Path, *, release: str = "ID=debian\nVERSION_CODENAME=bookworm\n", **files: str) -> Path:
    """A machine set up with these files of apt."""
    apt = root / "etc/apt"
    (apt / "sources.list.d").mkdir(parents=True)
    (root / "etc/os-release").write_text(release)
    for name, text in files.items():
        folder = apt if name == "sources_list" else apt / "sources.list.d"
        (folder / name.replace("_", ".", 1)).write_text(text)
    return root


def test_the_mirror_of_an_old_style_list_is_found(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        sources_list="# deb http://old.example/debian bookworm main\n"
        "deb cdrom:[Debian 12]/ bookworm main\n"
        "deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian/ bookworm main non-free # ours\n"
        "deb http://mirror.example/security bookworm-security main\n"
        "deb-src http://source.example/debian bookworm main\n",
    )
    assert apt_mirrors(root) == ["http://mirror.example/debian"]


def test_the_mirror_of_a_new_style_list_is_found(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        debian_sources="# the archive\nTypes: deb deb-src\nURIs: http://one.example/debian\n https://two.example/debian\n"
        "# a comment within\nSuites: bookworm bookworm-updates\nComponents: main\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n\n"
        "Types: deb\nURIs: http://other.example/apt\nSuites: nodistro\nComponents: main\n",
    )
    assert apt_mirrors(root) == ["http://one.example/debian", "https://two.example/debian"]


@pytest.mark.parametrize("suite", ["sid", "unstable", "testing"])
def test_the_mirror_of_a_list_that_names_a_class_of_releases_is_found(tmp_path: Path, suite: str) -> None:
    root = machine(
        tmp_path,
        release="ID=debian\nVERSION_CODENAME=forky\n",
        sources_list=f"deb http://mirror.example/debian {suite} main\n",
    )
    assert apt_mirrors(root) == ["http://mirror.example/debian"]


def test_the_mirrors_that_a_cloud_image_names_in_a_file_are_found(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        debian_sources="Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\n"
        "Suites: bookworm\nComponents: main\n",
    )
    (root / "etc/apt/mirrors").mkdir()
    (root / "etc/apt/mirrors/debian.list").write_text("https://near.example/debian\tpriority:1\n# far\n")
    assert apt_mirrors(root) == ["https://near.example/debian"]


def test_files_that_apt_does_not_read_are_not_read(tmp_path: Path) -> None:
    entry = "deb http://disabled.example/debian bookworm main\n"
    assert apt_mirrors(machine(tmp_path, debian_list_save=entry)) == []


@pytest.mark.parametrize(
    ("release", "archive", "suite"),
    [
        ("ID=debian\nVERSION_CODENAME=here\n", "Debian", "forky"),
        ('ID=ubuntu\nID_LIKE="debian"\nVERSION_CODENAME=here\n', "Ubuntu", "resolute"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "Ubuntu", "resolute"),
    ],
)
def test_each_distribution_fetches_from_its_own_archive(
    tmp_path: Path, release: str, archive: str, suite: str
) -> None:
    root = machine(tmp_path, release=release, sources_list="deb http://mirror.example/x here main\n")
    choice = choose(mirror="", suite="", root=root)
    assert (choice.archive.name, choice.archive.suites[0][0]) == (archive, suite)
    assert choice.mirrors == ("http://mirror.example/x",)


def test_the_operators_mirror_of_debian_and_suite_are_taken_before_all(tmp_path: Path) -> None:
    root = machine(tmp_path, release="ID=ubuntu\n")
    choice = choose(mirror="http://ours.example/debian/", suite="trixie", root=root)
    assert choice.archive.name == "Debian"
    assert choice.archive.suites == (("trixie",),)
    assert choice.mirrors == ("http://ours.example/debian",)


def test_a_machine_without_a_mirror_is_told_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="TOCSIN_DEBIAN_MIRROR"):
        choose(mirror="", suite="", root=machine(tmp_path))


@pytest.mark.parametrize(("system", "processor"), [("Darwin", "arm64"), ("Linux", "riscv64")])
def test_a_machine_that_debians_packages_do_not_run_on_is_told(system: str, processor: str) -> None:
    with pytest.raises(Refusal, match=r"docs/runbooks/engine\.md"):
        this_machine(system=system, processor=processor)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("usr/sbin/asterisk", True),
        ("usr/bin/espeak-ng", True),
        ("usr/share/asterisk/documentation/core-en_US.xml", True),
        ("usr/share/asterisk/sounds/en/hello.wav", False),
        ("usr/lib/aarch64-linux-gnu/asterisk/modules/chan_pjsip.so", True),
        ("usr/lib/aarch64-linux-gnu/asterisk/modules/app_system.so", False),
        ("usr/lib/aarch64-linux-gnu/libssl.so.3", True),
        ("usr/lib/aarch64-linux-gnu/pulseaudio/libpulsecommon-17.so", True),
        ("usr/lib/aarch64-linux-gnu/gconv/UTF-7.so", False),
        ("usr/lib/x86_64-linux-gnu/libssl.so.3", False),
        ("usr/lib/aarch64-linux-gnu/espeak-ng-data/uk_dict", True),
        ("usr/lib/aarch64-linux-gnu/espeak-ng-data/fo_dict", False),
        ("usr/lib/aarch64-linux-gnu/espeak-ng-data/lang/gmw/nl", True),
        ("etc/asterisk/asterisk.conf", False),
    ],
)
def test_of_a_package_only_what_is_used_is_kept(path: str, kept: bool) -> None:
    assert is_kept(path, this_machine(system="Linux", processor="aarch64")) is kept
