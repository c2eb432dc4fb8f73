"""The carriers that an operator writes down in trunks.toml."""

import re
from pathlib import Path

import pytest

from tocsin.project.instance import read_instance
from tocsin.project.telephony import engine_settings, read_trunks
from tocsin.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
TRUNK = '[[trunk]]\nname = "carrier"\npeers = ["192.0.2.0/28"]\ncontact = "192.0.2.1:5060"\n'


def test_the_example_in_the_documentation_can_be_used() -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "settings.md").read_text(), re.DOTALL)
    assert example is not None
    (trunk,) = read_trunks(example[1])
    assert (trunk.name, trunk.peers, trunk.register) == ("carrier", ("192.0.2.0/28",), True)


def test_without_the_file_nobody_outside_can_call(tmp_path: Path) -> None:
    assert engine_settings(read_instance({"TOCSIN_HOME": str(tmp_path)})).trunks == ()


def test_the_file_in_the_home_is_what_the_engine_gets(tmp_path: Path) -> None:
    (tmp_path / "trunks.toml").write_text(TRUNK)
    settings = engine_settings(read_instance({"TOCSIN_HOME": str(tmp_path)}))
    assert [trunk.name for trunk in settings.trunks] == ["carrier"]
    assert not settings.rehearsal


def test_a_demo_is_called_from_its_own_network_only(tmp_path: Path) -> None:
    demo = read_instance({"TOCSIN_HOME": str(tmp_path)})
    demo.create(demo=True)
    (tmp_path / "trunks.toml").write_text(TRUNK)
    assert [trunk.name for trunk in engine_settings(demo).trunks] == ["outside"]
    assert engine_settings(demo).rehearsal


@pytest.mark.parametrize(
    "text",
    [
        "[[trunk]",
        '[[trunk]]\nname = "carrier"\n',
        TRUNK + 'colour = "red"\n',
        "[router]\n",
        '[nat]\nporst = "x"\n',
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(Refusal, match=r"trunks\.toml") as refused:
        read_trunks(text)
    assert "\n" not in str(refused.value)
