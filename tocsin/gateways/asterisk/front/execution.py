"""Starts the front in place of this process: whoever supervises us, supervises it."""

import os
import shutil
import sys
from contextlib import suppress
from typing import NoReturn

import psutil

from tocsin.gateways.asterisk.engine.execution import drop_root
from tocsin.gateways.asterisk.front.configuration import FrontSettings, configuration, destinations
from tocsin.refusals import Refusal

# What Kamailio may see of ours; by the last two `tocsin up` knows what it has to stop.
_ENVIRONMENT = {"HOME", "LANG", "LC_ALL", "PATH", "TZ", "TOCSIN_HOME", "TOCSIN_STOPS_WITH_PARENT"}


def kamailio() -> str:
    """The program; raises Refusal where it is not installed."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    found = shutil.which("kamailio", path=path)
    if not found:
        raise Refusal(
            "Several nodes (TOCSIN_NODES) need Kamailio before them, which is not installed here: "
            "sudo apt-get install --no-install-recommends kamailio"
        )
    return found


def rewrite_destinations(settings: FrontSettings) -> None:
    """Write the list of nodes, whole or not at all."""
    draft = settings.run_folder / "destinations.new"
    draft.write_text(destinations(settings), encoding="ascii")
    draft.chmod(0o644)
    draft.replace(settings.run_folder / "destinations")


def _end_leftovers(configuration: str) -> None:
    """Kamailio is many processes: where the first of them was killed, the others go on and have its ports."""
    left = [each for each in psutil.process_iter(["cmdline"]) if configuration in (each.info["cmdline"] or ())]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left)


def run_front(settings: FrontSettings) -> NoReturn:
    """Becomes the front. Raises Refusal where Kamailio is not installed."""
    program = kamailio()
    folder = settings.run_folder
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    file = folder / "kamailio.cfg"
    file.write_text(configuration(settings), encoding="ascii")
    rewrite_destinations(settings)
    _end_leftovers(str(file))
    settings.control.parent.mkdir(mode=0o700, exist_ok=True)
    settings.control.unlink(missing_ok=True)
    if os.geteuid() == 0 and sys.platform == "linux":
        drop_root(home=settings.home, bind=settings.bind, own=(folder, settings.control.parent))
    arguments = [program, "-DD", "-E", "-f", str(file), "-Y", str(folder), "-w", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
    os.execve(program, arguments, environment)  # noqa: S606 - no shell is wanted
