"""Orders to a front that runs, and what it answers: JSON-RPC over a Unix socket."""

import json
import secrets
import socket
from pathlib import Path
from typing import Any

from tocsin.refusals import Refusal

_SECONDS_TO_ANSWER = 3
_LONGEST_ANSWER = 65_000


def ask_front(control: Path, method: str) -> Any:
    """What the front answers to a method of its own, such as `dispatcher.list`.

    Raises ConnectionError where it does not answer, and Refusal where it says no.
    """
    order = json.dumps({"jsonrpc": "2.0", "method": method, "id": 1}).encode()
    # The answer comes to a socket that has a name, beside the other one: in a folder that is closed to others.
    place = control.with_name(f"answer-{secrets.token_hex(4)}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_SECONDS_TO_ANSWER)
        try:
            asking.bind(str(place))
            place.chmod(0o666)
            asking.sendto(order, str(control))
            answer = json.loads(asking.recv(_LONGEST_ANSWER))
        except (OSError, ValueError) as silence:
            raise ConnectionError(f"The front does not answer: {silence}") from silence
        finally:
            place.unlink(missing_ok=True)
    if "error" in answer:
        raise Refusal(f"The front refuses {method}: {answer['error'].get('message', 'no reason given')}.")
    return answer.get("result")


def nodes_that_answer(control: Path) -> frozenset[str]:
    """The names of the nodes to which the front hands calls now; raises as `ask_front` does."""
    sets = ask_front(control, "dispatcher.list")["RECORDS"]
    found = [target["DEST"] for each in sets for target in each["SET"]["TARGETS"]]
    # Two letters: A for active, I for inactive, T for one that failed to answer once, D for one that rests; the
    # second says whether it is asked how it is.
    return frozenset(node["ATTRS"]["DUID"] for node in found if node["FLAGS"][0] in "AT")
