"""The machine's own Asterisk, where it is asked for: found, or refused in one line."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.nodes import settings_in
from tocsin.gateways.asterisk.engine import execution, programs, system_engine
from tocsin.refusals import Refusal

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts programs on a machine that has none: a name, and what the program says."""
    there: dict[str, str] = {}
    monkeypatch.setattr(shutil, "which", lambda name, path: there.get(name))
    for constant, file in (("_MODULE_FOLDERS", "chan_pjsip.so"), ("_DOCUMENT_FOLDERS", "core-en_US.xml")):
        folder = tmp_path / constant
        folder.mkdir()
        (folder / file).touch()
        monkeypatch.setattr(programs, constant, (str(tmp_path / "nowhere"), str(folder)))

    def put(name: str, says: str) -> None:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{says}'\n")
        program.chmod(0o755)
        there[name] = str(program)

    return put


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ("Asterisk 22.5.0", "22.5.0"),
        ("Asterisk 22.10.1~dfsg+~cs6.17", "22.10.1"),
        ("Asterisk certified/22.8-cert1", "22.8"),
        ("Asterisk 23.0.0", "23.0.0"),
    ],
)
def test_an_asterisk_that_is_new_enough_is_used(install: Install, tmp_path: Path, says: str, version: str) -> None:
    install("asterisk", says)
    install("espeak-ng", "")
    engine = system_engine()
    assert engine.version == version
    assert engine.asterisk == (str(tmp_path / "asterisk"),)
    assert engine.espeak == (str(tmp_path / "espeak-ng"),)
    assert engine.module_names == {"chan_pjsip"}


@pytest.mark.parametrize("version", ["22.4.9", "20.15.1", "18.9"])
def test_an_asterisk_that_is_too_old_is_refused(install: Install, version: str) -> None:
    install("asterisk", f"Asterisk {version}")
    install("espeak-ng", "")
    with pytest.raises(Refusal, match=f"{version} and 22.5 is needed"):
        system_engine()


def test_an_asterisk_that_does_not_run_is_refused(install: Install) -> None:
    install("asterisk", "cannot open shared object file")
    install("espeak-ng", "")
    with pytest.raises(Refusal, match="does not run on this machine"):
        system_engine()


def test_a_machine_without_asterisk_is_told(install: Install) -> None:
    install("espeak-ng", "")
    with pytest.raises(Refusal, match="Asterisk is not installed"):
        system_engine()


def test_a_machine_without_a_voice_is_told(install: Install) -> None:
    install("asterisk", "Asterisk 22.10.1")
    with pytest.raises(Refusal, match="espeak-ng is not installed"):
        system_engine()


def test_an_asterisk_that_keeps_its_modules_elsewhere_is_told(install: Install, tmp_path: Path) -> None:
    install("asterisk", "Asterisk 22.10.1")
    install("espeak-ng", "")
    (tmp_path / "_MODULE_FOLDERS/chan_pjsip.so").unlink()
    with pytest.raises(Refusal, match="unknown place"):
        system_engine()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up being root")
def test_root_who_finds_no_way_to_be_somebody_else_does_not_listen_to_strangers(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    open_to_all = replace(settings_in(tmp_path / "home"), bind="0.0.0.0", rehearsal=False)  # noqa: S104 - that is the point
    with pytest.raises(Refusal, match="would hear strangers as root"):
        execution.drop_root(home=open_to_all.home, bind=open_to_all.bind, own=())
    assert os.geteuid() == 0
