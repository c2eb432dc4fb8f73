"""Who takes part in a test: callers out there, and agents at their desks."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from time import monotonic

from django.contrib.sessions.backends.db import SessionStore

from tests.patience import PATIENCE_SECONDS
from tests.telephony.centre import Centre
from tests.telephony.line import AGENT_HZ, CALLER_HZ, COLLEAGUE_HZ, House, tone
from tests.telephony.outside import Tape, Telephone
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import add_person
from tocsin.authorities.models import Authority
from tocsin.calls.actions import ask, issue_login
from tocsin.calls.models import Call, CallStep
from tocsin.calls.ports import Verb
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.states import CallState
from tocsin.workforce import models as workforce
from tocsin.workforce.actions import enrol_agent
from tocsin.workforce.rules import AgentState

_subscribers = count(1)


def hears(telephone: Telephone, *tones_hz: float, share: float = 0.8) -> None:
    """Return when one of these tones fills so much of a second at a telephone."""
    deadline = monotonic() + PATIENCE_SECONDS
    while (tape := telephone.listen()()).share_of(*tones_hz) < share:
        assert monotonic() < deadline, f"{tones_hz} Hz are not to be heard, but {tape.tones}."


def hears_just(telephone: Telephone, *tones_hz: float) -> None:
    """Return when all of these tones, and none of the other voices, are heard for a second at a telephone."""
    others = {AGENT_HZ, CALLER_HZ, COLLEAGUE_HZ} - set(tones_hz)
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        tape = telephone.listen()()
        heard, strange = [tape.share_with(hz) for hz in tones_hz], [tape.share_with(hz) for hz in others]
        if min(heard, default=1) > 0.8 and max(strange, default=0) == 0:
            return
        assert monotonic() < deadline, f"Not {tones_hz} Hz and no other voice is heard, but {tape.tones}."


def hear_each_other(zoe: "Caller", ann: "Desk") -> None:
    """Return when a caller and an agent hear each other's tones at the same time."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        both = [zoe.telephone.listen(), ann.telephone.listen()]
        at_zoe, at_ann = (tape() for tape in both)
        if at_zoe.share_of(AGENT_HZ) > 0.8 and at_ann.share_of(CALLER_HZ) > 0.8:
            return
        assert monotonic() < deadline, f"The caller hears {at_zoe.tones}, the agent {at_ann.tones}."


@dataclass(frozen=True)
class Caller:
    """Somebody who calls, from a number that nobody else calls from."""

    centre: Centre
    shown: str
    telephone: Telephone

    @property
    def mark(self) -> str:
        """What the journal knows the number by."""
        return caller_mark(self.shown, key=self.centre.instance.secret("caller-hash"))

    @property
    def call(self) -> Call | None:
        """The newest call, as the switchboard decided it last."""
        return Call.objects.filter(caller_mark=self.mark).order_by("arrived_at").last()

    @property
    def steps(self) -> list[CallStep]:
        """What the journal says of that call."""
        return list(CallStep.objects.filter(call=self.call).order_by("id")) if self.call else []

    @property
    def state(self) -> str:
        """The state the call is in; empty where the switchboard knows of none."""
        call = self.call
        return call.state if call else ""

    def comes_to(self, state: CallState) -> "Caller":
        """The same caller, once in this state."""
        self.centre.until(lambda: self.state == state, f"a caller to be {state} who was {self.steps}")
        return self

    def passed(self, state: CallState) -> "Caller":
        """The same caller, once the journal has this state, which may be over by then."""
        self.centre.until(
            lambda: any(step.after == state for step in self.steps),
            f"a caller to have been {state} who was {self.steps}",
        )
        return self

    def chooses(self, key: str = "1") -> "Caller":
        """The same caller, having pressed the key of a language."""
        self.comes_to(CallState.GREETING)
        self.telephone.press(key)
        return self

    def has_noted(self, why: str) -> "Caller":
        """The same caller, once the journal has a step for this reason, which may not be the last by then."""
        self.centre.until(
            lambda: any(step.why == why for step in self.steps), f"{why!r} of a caller who was {self.steps}"
        )
        return self

    def waits(self, key: str = "1") -> "Caller":
        """The same caller, with a language chosen, the front message heard, and a place in line."""
        return self.chooses(key).comes_to(CallState.WAITING)


def caller(centre: Centre, number: str = "1771", *, shown: str = "") -> Caller:
    """Somebody who has just dialled a number, from one of their own unless it is given."""
    shown = shown or f"+32470{next(_subscribers):06}"
    telephone = centre.outside.dial(
        f"caller-{secrets.token_hex(4)}", endpoint=f"PJSIP/{number}@callers", caller=shown
    )
    return Caller(centre, shown, telephone)


@contextmanager
def recorded_call(centre: Centre, number: str) -> Iterator[tuple[Caller, Tape]]:
    """Somebody who dials a number, and all that is heard from the answer on, which waits for the recording."""
    with ExitStack() as recording:
        with centre.halted("switchboard"):
            somebody = caller(centre, number)
            tape = recording.enter_context(somebody.telephone.recording())
        yield somebody, tape


@dataclass
class Desk:
    """An agent, with the screen as the switchboard decided it last, and a telephone that stands by."""

    centre: Centre
    agent: workforce.Agent
    login: str
    telephone: Telephone = field(init=False)

    def connect(self) -> None:
        """Bring the telephone up, as a browser does when its page is opened or loaded again."""
        # Known to the switch is known to the switchboard.
        known = f"endpoints/PJSIP/{self.login}"
        self.centre.until(lambda: self.centre.switch.ask("GET", known), "the telephone to be admitted")
        self.dial()
        self.centre.until(self._is_connected, "the telephone to be connected")

    def _is_connected(self) -> bool:
        """Whether the telephone is connected; refused by a switch that has just started, it calls again."""
        if not self.telephone.is_up:
            self.dial()
        return self.telephone.is_answered

    def dial(self) -> None:
        """Have the telephone call the switch, which may not be there to answer."""
        self.telephone = self.centre.outside.dial(
            f"agent-{secrets.token_hex(4)}", endpoint=f"PJSIP/agent-{self.login}@agents", caller=self.login
        )

    @property
    def state(self) -> str:
        """The state of the agent, as the switchboard decided it last."""
        self.agent.refresh_from_db()
        return self.agent.state

    def asks(self, verb: Verb, *, ago: timedelta = timedelta(0)) -> None:
        """Press one of the buttons on the screen, about the call that is shown there."""
        self.agent.refresh_from_db()
        ask(agent=self.agent, verb=verb, call=self.agent.call, at=datetime.now(UTC) - ago)

    def comes_to(self, state: AgentState) -> "Desk":
        """The same desk, once the agent is in this state."""
        self.centre.until(lambda: self.state == state, f"an agent to be {state} who was {self.agent.state}")
        return self

    def is_offered(self, somebody: Caller) -> "Desk":
        """The same desk, once this caller is offered there."""
        self.comes_to(AgentState.OFFERED)
        offered = Call.objects.get(pk=self.agent.call)
        assert offered.caller_mark == somebody.mark, f"offered is {offered}"
        return self

    def takes(self, somebody: Caller) -> None:
        """Take the call of this caller, once it is offered."""
        self.is_offered(somebody).asks(Verb.ACCEPT)
        somebody.comes_to(CallState.TALKING)

    def finishes(self, somebody: Caller) -> None:
        """End the call of this caller, and be ready for the next."""
        self.asks(Verb.HANG_UP)
        somebody.comes_to(CallState.ENDED)
        self.asks(Verb.DONE)


def an_agent(
    *languages: str, serves: Authority, skills: Mapping[str, int] | None = None
) -> tuple[workforce.Agent, str]:
    """Somebody who has just been let in as an agent, and the session of a browser that is signed in."""
    now = datetime.now(UTC)
    person = add_person(
        by=None,
        email=f"agent-{secrets.token_hex(4)}@example.org",
        name="Ann",
        roles=(Role.AGENT,),
        language="en",
        authorities=[],
        at=now,
    )
    levels = dict.fromkeys(languages, 2)
    agent = enrol_agent(person=person, languages=levels, skills=skills or {}, serves=[serves], by=None, at=now)
    # The telephones of sessions that are not there are swept away.
    session = SessionStore()
    session.create()
    return agent, str(session.session_key)


def desk(centre: Centre, *languages: str, serves: Authority, skills: Mapping[str, int] | None = None) -> Desk:
    """An agent who came to work just now and is ready."""
    agent, session = an_agent(*languages, serves=serves, skills=skills)
    login, _ = issue_login(session=session, agent=agent, at=datetime.now(UTC))
    opened = Desk(centre, agent, login.username)
    opened.connect()
    opened.asks(Verb.READY)
    centre.until(lambda: opened.state != AgentState.SIGNED_OUT, "an agent to be at work")
    return opened


def conversation(house: House) -> tuple[Caller, Desk]:
    """A caller to 1771 and an agent, who hear each other."""
    ann = desk(house.centre, "nl", serves=house.authority)
    zoe = caller(house.centre).chooses("1")
    ann.takes(zoe)
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)
    return zoe, ann
