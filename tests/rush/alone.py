"""One benchmark in the instance of its surroundings: `python -m tests.rush.alone NAME`."""

import importlib
import json
import signal
import sys
import time
import traceback

# The exit status says whether the line of JSON was told, and whether it is one of figures.
MEASURED, TOLD_FAILURE = 0, 3


def main(name: str) -> int:
    """Run the benchmark, and tell its figures or why there are none; stopped from outside it tells nothing."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began = time.monotonic()
    try:
        figures = _measured(name)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        traceback.print_exc()
        figures = {"failed": f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}", "holds": False}
    _tell(f"{name}: took {(time.monotonic() - began) / 60:.1f} minutes")
    _tell(json.dumps({"bench": name, **figures}))
    return TOLD_FAILURE if "failed" in figures else MEASURED


def _measured(name: str) -> dict[str, object]:
    from tocsin.project.instance import instance

    instance.create(demo=True)

    import django

    django.setup()
    bench = importlib.import_module(f"tests.rush.{name.replace('-', '_')}")
    figures: dict[str, object] = bench.measure(tell=_tell)
    return figures


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
