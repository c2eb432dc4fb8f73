"""How soon both hear each other again when the agent's page is loaded anew, machine sleeps or network changes.

The browser that sleeps is stopped with all its processes; the one whose network changes is in a network of its
own, whose address is taken away and replaced by another. What was connected before is dead from then on.
"""

import shutil
import time
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, WebSocketRoute, sync_playwright

from tests.instances import instance_in
from tests.journeys.conftest import LOOPBACK
from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, HEARS, Citizen, Desk
from tests.journeys.sleeping import asleep
from tests.rush.centre import Tell
from tests.rush.desk import window
from tests.rush.network import Network, own_network
from tests.rush.rounds import rounds_of, worst_ratio
from tests.telephony.centre import demonstration
from tocsin.project.instance import instance

ROUNDS = 20
ENGLISH = "4"
BAR_SECONDS = 3.0
# Longer than the switch bears the silence of a telephone: the agent's leg is gone when the machine wakes.
ASLEEP_SECONDS = 7
# Heard for this long without a gap is heard again. A look that comes late was not listening meanwhile.
STEADY_MS, LOOK_MS, LATE_MS = 2000, 20, 500
# Keeps in the page since when the tone has been heard without a gap, by the clock of the machine.
LISTEN = f"""
  window.heardSince = 0;
  let looked = 0;
  setInterval(() => {{
    const now = performance.timeOrigin + performance.now();
    if (!({HEARS})(%d) || now - looked > {LATE_MS}) window.heardSince = 0;
    else window.heardSince ||= now;
    looked = now;
  }}, {LOOK_MS});
"""
BACK_AT = f"""restored => {{
  const since = Math.max(window.heardSince, restored);
  const now = performance.timeOrigin + performance.now();
  return window.heardSince && now - since > {STEADY_MS} && since;
}}"""

# Disturbs a conversation; answers when there was nothing in the way any more, in seconds since 1970.
Disturbance = Callable[[], float]


class Connections:
    """The WebSockets of a page. Those that are open die as with a network: without a word to either end."""

    def __init__(self, page: Page) -> None:
        self._alive: set[WebSocketRoute] = set()
        page.route_web_socket("**/telephone*", self._open)

    def die(self) -> None:
        """From now on nothing goes through those that are open."""
        self._alive.clear()

    def _open(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        self._alive.add(browser)
        for end, other in ((browser, server), (server, browser)):
            end.on_message(lambda message, other=other: browser in self._alive and other.send(message))
            end.on_close(lambda code, reason, other=other: browser in self._alive and other.close(code=code))


def measure(*, tell: Tell) -> dict[str, object]:
    """One long conversation, disturbed again and again; `p95_seconds` is that of the worst disturbance."""
    home = instance.home / "back"
    shutil.rmtree(home, ignore_errors=True)
    centre = instance_in(home)
    address = f"http://127.0.0.1:{centre.ports.web}"
    with own_network() as network, demonstration(centre), sync_playwright() as playwright:
        doors = window(playwright, AGENT_HERTZ, address, without=LOOPBACK)
        with doors.context.expect_page() as opening:
            doors.get_by_role("button", name="Open the desk").click()
        desk = Desk(opening.value)
        citizen = Citizen(window(playwright, CITIZEN_HERTZ, f"{address}/demo/call/"))
        connections = Connections(desk.page)
        for page, hertz in ((desk.page, CITIZEN_HERTZ), (citizen.page, AGENT_HERTZ)):
            page.add_init_script(LISTEN % hertz)
            page.reload()
        desk.is_ready()
        citizen.call(key=ENGLISH)
        desk.answers()
        pages = (desk.page, citizen.page)
        disturbances: dict[str, Disturbance] = {
            "reload": lambda: _reload(desk.page),
            "sleep": lambda: _sleep(connections),
            "network": lambda: _change(network, connections),
        }
        rounds = {
            name: rounds_of(name, partial(_round, disturb, pages), times=ROUNDS, tell=tell)
            for name, disturb in disturbances.items()
        }
    worst = worst_ratio(rounds, dict.fromkeys(rounds, BAR_SECONDS))
    failed = sum(each.failed for each in rounds.values())
    return {
        "p95_seconds": max((each.p95 for each in rounds.values() if each.p95 is not None), default=None),
        **{f"{name}_p95_seconds": each.p95 for name, each in rounds.items()},
        "peer": f"the promise of {BAR_SECONDS:g} s",
        "ratio": worst,
        "failed_rounds": failed,
        "holds": worst is not None and worst <= 1 and not failed,
    }


def _round(disturb: Disturbance, pages: tuple[Page, Page]) -> float:
    """Seconds from the end of a disturbance until the later of the two hears the other, and goes on to."""
    _heard_since(0, pages)
    restored = disturb()
    return _heard_since(restored, pages) - restored


def _heard_since(moment: float, pages: tuple[Page, Page]) -> float:
    handles = [page.wait_for_function(BACK_AT, arg=moment * 1000, timeout=60_000) for page in pages]
    return max(float(handle.json_value()) for handle in handles) / 1000


def _reload(page: Page) -> float:
    began = time.time()
    page.reload(wait_until="commit")
    return began


def _sleep(connections: Connections) -> float:
    connections.die()
    with asleep(hertz=AGENT_HERTZ):
        time.sleep(ASLEEP_SECONDS)
    return time.time()


def _change(network: Network, connections: Connections) -> float:
    connections.die()
    network.change()
    return time.time()
