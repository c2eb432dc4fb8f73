"""A machine that sleeps: the browser on it stands still, with all its processes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def asleep(*, hertz: int) -> Iterator[None]:
    """Of the browsers started here, the one that speaks with this tone sleeps while the block runs."""
    below = psutil.Process().children(recursive=True)
    # Its first process is told by the voice that it was given; the others are below it.
    (browser,) = (process for process in below if _is_first_of_browser(_words_of(process), hertz=hertz))
    stopped = [browser, *browser.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


def _is_first_of_browser(words: list[str], *, hertz: int) -> bool:
    return any(word.endswith(f"{hertz}.wav") for word in words) and not any(
        word.startswith("--type=") for word in words
    )


def _words_of(process: psutil.Process) -> list[str]:
    """The command line of a process; none of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
