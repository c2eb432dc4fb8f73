"""A plugin of pytest (-p): an instance of the tests' own, set before anything reads the environment."""

import os
from pathlib import Path

HOME = Path(os.environ.get("TOCSIN_TEST_HOME", Path(__file__).resolve().parent.parent / ".tocsin" / "tests"))

os.environ["TOCSIN_HOME"] = str(HOME)
os.environ["TOCSIN_PORT"] = os.environ.get("TOCSIN_TEST_PORT", "18000")
for elsewhere in ("TOCSIN_BIND", "TOCSIN_HOSTS"):
    os.environ.pop(elsewhere, None)
