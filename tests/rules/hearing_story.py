"""Stories of a coordinator who hears a conversation."""

from dataclasses import replace

from tests.rules.story import BRAM, Story
from tocsin.calls import ports
from tocsin.calls.ports import Answer, CoordinatorAsked, SupervisorVerb
from tocsin.calls.rules import timing
from tocsin.calls.rules.hearing import Supervision

# Bram coordinates, and has a telephone as agents do.
CARL, LEG = BRAM, "leg-bram"
TOLD = timing.BEFORE_LISTENING
LISTEN, WHISPER, BARGE = SupervisorVerb.LISTEN, SupervisorVerb.WHISPER, SupervisorVerb.BARGE
TAKE_OVER, LEAVE = SupervisorVerb.TAKE_OVER, SupervisorVerb.LEAVE


class Floor(Story):
    """Ann talks with a caller, and Carl is at the telephone."""

    def __init__(self) -> None:
        super().__init__()
        self.talk()
        carl = replace(self.agent(CARL), languages={"nl": 3, "fr": 1})
        self.floor = replace(self.floor, agents={**self.floor.agents, CARL: carl})
        self.tell(ports.AgentLegUp(LEG, "bram"))
        self.orders = 0

    def order(self, verb: SupervisorVerb, leg: str = "c1", *, agent: int = CARL) -> Answer:
        self.orders += 1
        return self.tell(CoordinatorAsked(self.orders, verb, 1, leg, agent)).answers[self.orders]

    def hear(self, verb: SupervisorVerb) -> None:
        assert self.order(verb) is Answer.DONE
        self.later(TOLD)

    @property
    def heard(self) -> Supervision | None:
        return self.floor.supervisions.get(CARL)

    @property
    def ended(self) -> str:
        """How the supervision ended in the last decision."""
        (supervision,) = self.last.supervisions
        assert supervision.ended_at == self.now
        assert self.heard is None
        return supervision.why
