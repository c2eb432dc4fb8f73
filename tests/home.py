"""A plugin of pytest (-p): an instance of the tests' own, set before anything reads the environment.

Tests that run side by side (pytest-xdist) have one each; ten ports apart, no port of theirs meets another's.
"""

import os
from pathlib import Path

HOME = Path(os.environ.get("TOCSIN_TEST_HOME", Path(__file__).resolve().parent.parent / ".tocsin" / "tests"))
PORT = int(os.environ.get("TOCSIN_TEST_PORT", "18000"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")

os.environ["TOCSIN_HOME"] = str(HOME / WORKER)
os.environ["TOCSIN_PORT"] = str(PORT + 10 * int(WORKER.removeprefix("gw")))
for elsewhere in ("TOCSIN_BIND", "TOCSIN_HOSTS"):
    os.environ.pop(elsewhere, None)
