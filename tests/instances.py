"""Instances beside the one that the tests themselves are."""

from pathlib import Path

import pytest

from tocsin.project.instance import Instance, instance, read_instance
from tocsin.project.room import ports_in_the_way


def instance_in(home: Path, *, nodes: int = 1) -> Instance:
    """A new instance in a folder, on ports that are all free."""
    # Those of this process among all that test side by side.
    for web in range(instance.ports.web + 200, instance.ports.web + 1000, 200):
        found = read_instance({"TOCSIN_HOME": str(home), "TOCSIN_PORT": str(web), "TOCSIN_NODES": str(nodes)})
        if not ports_in_the_way(found):
            return found
    pytest.fail(f"No ports are free above {instance.ports.web}.")
