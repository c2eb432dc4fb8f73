"""A machine that sleeps: the browser on it stands still, with all its processes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def asleep(*, hertz: int) -> Iterator[None]:
    """Of the browsers started here, the one that speaks with this tone sleeps while the block runs."""
    below = psutil.Process().children(recursive=True)
    # Its first process is told by the voice that it was given; the others are below it.
    (browser,) = (
        process
        for process in below
        if any(word.endswith(f"{hertz}.wav") for word in process.cmdline())
        and not any(word.startswith("--type=") for word in process.cmdline())
    )
    stopped = [browser, *browser.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()
