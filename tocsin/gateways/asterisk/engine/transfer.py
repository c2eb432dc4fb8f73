"""Fetches files: several at a time, each resumed where it stopped, none believed without its checksum."""

import errno
import hashlib
import http.client
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Lock

from tocsin.refusals import Refusal

_TIMEOUT_SECONDS = 30
_ATTEMPTS = 3
_AT_ONCE = 6
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Remote:
    """A file somewhere: its name for people, and what makes it the right one (`size` in bytes)."""

    name: str
    address: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Progress:
    """How far it is: files complete and bytes arrived, of all there are."""

    files: int
    files_total: int
    bytes: int
    bytes_total: int


def fetch_text(address: str) -> bytes | None:
    """A small file, or None where the server says that it has none. Refuses where there is no answer."""
    try:
        with _opener().open(address, timeout=_TIMEOUT_SECONDS) as response:
            body: bytes = response.read()
            return body
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        raise _unreachable(address, error) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, FileNotFoundError):
            return None
        raise _unreachable(address, error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(address, error) from error


def fetch_all(
    remotes: Iterable[Remote], *, folder: Path, report: Callable[[Progress], None]
) -> dict[Remote, Path]:
    """The files, fetched into `folder` under their checksums; what is there already is not fetched again.

    Refuses when one cannot be had; what has arrived is kept for the next time.
    """
    remotes = list(remotes)
    folder.mkdir(parents=True, exist_ok=True)
    tally = _Tally(remotes, report)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = {one: pool.submit(_fetch, one, folder, tally) for one in remotes}
        try:
            return {one: future.result() for one, future in futures.items()}
        except BaseException:  # also Ctrl-C: what is under way ends at its next block
            tally.stopped.set()
            pool.shutdown(cancel_futures=True)
            raise


def bytes_missing(remotes: Iterable[Remote], *, folder: Path) -> int:
    """How much is still to be fetched."""
    return sum(one.size for one in remotes if not (folder / one.sha256).exists())


class _Tally:
    """Counts what arrives in several threads, and reports it from one at a time."""

    def __init__(self, remotes: Iterable[Remote], report: Callable[[Progress], None]) -> None:
        self.stopped = Event()
        self._lock = Lock()
        self._arrived = dict.fromkeys(remotes, 0)
        self._complete: set[Remote] = set()
        self._report = report

    def reached(self, remote: Remote, size: int, *, complete: bool = False) -> None:
        """So many bytes of a file are here."""
        with self._lock:
            self._arrived[remote] = size
            self._complete |= {remote} if complete else set()
            total = sum(one.size for one in self._arrived)
            here = sum(self._arrived.values())
            self._report(Progress(len(self._complete), len(self._arrived), here, total))


def _fetch(remote: Remote, folder: Path, tally: _Tally) -> Path:
    complete = folder / remote.sha256
    if not complete.exists() or _sha256(complete) != remote.sha256:
        part = complete.with_suffix(".part")
        for attempt in range(_ATTEMPTS):
            try:
                _append(remote, part, tally)
                break
            except (OSError, http.client.HTTPException) as error:
                if attempt == _ATTEMPTS - 1:
                    raise _unreachable(remote.address, error) from error
        if _sha256(part) != remote.sha256:
            part.unlink()
            raise Refusal(
                f"{remote.name} arrived with a wrong checksum and was thrown away. Run the same command again."
            )
        part.replace(complete)
    tally.reached(remote, remote.size, complete=True)
    return complete


def _append(remote: Remote, part: Path, tally: _Tally) -> None:
    """Fetches what is missing of a file; a server that cannot resume sends all of it again."""
    have = part.stat().st_size if part.exists() else 0
    if have >= remote.size:
        return
    request = urllib.request.Request(remote.address, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    with _opener().open(request, timeout=_TIMEOUT_SECONDS) as response:
        resumed = response.status == http.client.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            while file.tell() < remote.size and (block := response.read(_BLOCK)):
                file.write(block)
                tally.reached(remote, file.tell())
                if tally.stopped.is_set():
                    raise Refusal(f"{remote.name} was not fetched to its end; what has arrived is kept.")
    if part.stat().st_size < remote.size:
        raise ConnectionResetError("the connection was closed too early")


@cache
def _opener() -> urllib.request.OpenerDirector:
    """Goes through the proxy of the environment, or else through the one that apt is set up with."""
    proxies = urllib.request.getproxies()
    if shutil.which("apt-config"):
        for scheme in ("http", "https"):
            command = ("apt-config", "dump", "--format", "%v", f"Acquire::{scheme}::Proxy")
            named = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
            if named.startswith("http"):
                proxies.setdefault(scheme, named)
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _unreachable(address: str, reason: object) -> Refusal:
    if isinstance(reason, OSError) and reason.errno == errno.ENOSPC:
        return Refusal("The disk is full. What has arrived is kept: make room and run the same command again.")
    return Refusal(
        f"Could not fetch {address} ({reason}). What has arrived is kept: "
        "run the same command again once there is a network."
    )
