"""A plugin of pytest (-p): an instance of the tests' own, set before anything reads the environment.

Tests that run side by side (pytest-xdist) have one each, and a thousand ports for it and for those beside it
(`instances`).
"""

import os
from pathlib import Path

HOME = Path(os.environ.get("TOCSIN_TEST_HOME", Path(__file__).resolve().parent.parent / ".tocsin" / "tests"))
PORT = int(os.environ.get("TOCSIN_TEST_PORT", "12000"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
# This process among all that test side by side, of which eight have ports to themselves.
PLACE = int(WORKER.removeprefix("gw")) % 8

os.environ["TOCSIN_HOME"] = str(HOME / WORKER)
os.environ["TOCSIN_PORT"] = str(PORT + 1000 * PLACE)
for elsewhere in ("TOCSIN_BIND", "TOCSIN_HOSTS"):
    os.environ.pop(elsewhere, None)
