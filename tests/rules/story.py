"""A line and its agents at midnight, for tests that decide one event after the other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import Call, CallState
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.workforce.rules import AgentState

MIDNIGHT = datetime(2026, 3, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SCRIPT = Script(
    activation=1,
    authority=1,
    languages=("nl", "fr"),
    exercise=False,
    front={"nl": FrontWords("Blijf binnen."), "fr": FrontWords("Restez chez vous.")},
)
# Another authority's line, on which a caller is in line at once.
OTHERS = Script(activation=2, authority=2, languages=("nl",), exercise=False)
# Ann and Bram serve the authority of SCRIPT, Cem the other.
ANN, BRAM, CEM = 1, 2, 3
NAMES = {ANN: "ann", BRAM: "bram", CEM: "cem"}


class Story:
    """Decides one event after the other, and remembers the last decision."""

    def __init__(self, script: Script | None = SCRIPT) -> None:
        self.now = MIDNIGHT
        self.floor = Floor(
            lines={"1772": OTHERS} | ({"1771": script} if script else {}),
            agents={
                ANN: _agent(ANN, {"nl", "fr"}, serves=1),
                BRAM: _agent(BRAM, {"nl"}, serves=1),
                CEM: _agent(CEM, {"nl", "fr"}, serves=2),
            },
            logins={name: agent for agent, name in NAMES.items()},
            nodes=frozenset({""}),
        )
        self.last: Decision
        # How many more callers find a place in line.
        self.places_left = 1000

    def tell(
        self, *events: ports.Event, room: int = 1000, returning: Mapping[str, LastCall] | None = None
    ) -> Decision:
        self.last = decide(
            self.floor, events, now=self.now, room=room, places=self.places_left, returning=returning or {}
        )
        self.floor = self.last.floor
        due = self.floor.next_due(after=self.now)
        assert due is None or due > self.now, "the switchboard would decide for ever"
        return self.last

    def later(self, span: timedelta) -> Decision:
        self.now += span
        return self.tell()

    def ask(self, agent: int, verb: Verb, leg: str = "c1", *, reason: str = "") -> Decision:
        return self.tell(ports.AgentAsked(agent, verb, leg, reason))

    def arrive(self, leg: str = "c1", *, number: str = "1771", room: int = 1000) -> Decision:
        # Each from a number of their own: that of c1 ends in 1.
        return self.tell(ports.CallArrived(leg, number, f"+3247700000{leg[-1]}", self.now), room=room)

    def call_again(self, leg: str = "c2", *, last: LastCall) -> Decision:
        """Somebody who called before on this day calls anew."""
        arrival = ports.CallArrived(leg, "1771", "+32477000001", self.now)
        return self.tell(arrival, returning={leg: last})

    def come_again(self, leg: str = "c1", *, arrived_at: datetime, room: int = 1000) -> Decision:
        """A caller comes out of the fallback."""
        return self.tell(ports.CallArrived(leg, "1771", "+32477000001", arrived_at), room=room)

    def hear_out(self, leg: str = "c1") -> Decision:
        return self.tell(ports.MessagePlayed(leg, self.floor.calls[leg].message))

    def wait_in_line(self, leg: str = "c1", key: str = "1") -> Decision:
        self.arrive(leg)
        self.tell(ports.KeyPressed(leg, key))
        return self.hear_out(leg)

    def make_ready(self, *agents: int) -> Decision:
        for agent in agents:
            self.tell(ports.AgentLegUp(f"leg-{NAMES[agent]}", NAMES[agent]))
        return self.tell(*(ports.AgentAsked(agent, Verb.READY) for agent in agents))

    def be_offered(self) -> None:
        self.make_ready(ANN)
        self.wait_in_line(key="2")

    def talk(self) -> None:
        self.be_offered()
        self.ask(ANN, Verb.ACCEPT)

    def restart(self) -> None:
        """The switchboard is started again: it loads what was stored, and knows of no telephone."""
        agents = {key: replace(agent, leg="") for key, agent in self.floor.agents.items()}
        calls = {leg: replace(call, entered="", ones=()) for leg, call in self.floor.calls.items()}
        self.floor = replace(self.floor, agents=agents, calls=calls, nodes=frozenset())

    def call(self, leg: str = "c1") -> Call:
        return self.floor.calls[leg]

    def state(self, leg: str = "c1") -> CallState:
        return self.floor.calls[leg].state

    def agent(self, key: int = ANN) -> Agent:
        return self.floor.agents[key]

    def told(self) -> dict[str, tuple[str, ...]]:
        """What callers are told in the last decision, by leg."""
        return {move.leg: move.media for move in self.last.moves if isinstance(move, ports.Play)}

    def places(self) -> dict[str, tuple[str, ...]]:
        """The same, without what is told after the first recording: after a place in line, the wait."""
        return {leg: media[:1] for leg, media in self.told().items()}


def _agent(key: int, languages: set[str], *, serves: int) -> Agent:
    return Agent(
        id=key,
        languages=dict.fromkeys(languages, 2),
        authorities=frozenset({serves}),
        state=AgentState.SIGNED_OUT,
        since=MIDNIGHT,
        idle_since=MIDNIGHT,
    )
