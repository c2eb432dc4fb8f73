"""Runs the benchmarks in an instance of their own: `python -m tests.rush [NAME]`."""

import json
import os
import signal
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / ".tocsin" / "rush"
os.environ.setdefault("TOCSIN_HOME", str(HOME))
os.environ.setdefault("TOCSIN_PORT", "17000")
os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.project.settings"
for elsewhere in ("TOCSIN_BIND", "TOCSIN_HOSTS", "DATABASE_URL"):
    os.environ.pop(elsewhere, None)


def main(names: list[str]) -> None:
    """Run the benchmarks named, or all; each ends with one JSON object on a line of its own."""
    # So that what was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    from tocsin.project.instance import instance

    instance.create(demo=True)

    import django

    django.setup()
    from tests.rush import activation, back, calls, conversations, desk, junk

    benches = {
        "calls": calls.measure,
        "conversations": conversations.measure,
        "activation": activation.measure,
        "desk": desk.measure,
        "junk": junk.measure,
        "back": back.measure,
    }
    if unknown := set(names) - set(benches):
        sys.exit(f"No benchmark {', '.join(sorted(unknown))}; there is {', '.join(benches)}.")
    for name, measure in benches.items():
        if not names or name in names:
            print(json.dumps({"bench": name, **measure(tell=lambda line: print(line, flush=True))}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
