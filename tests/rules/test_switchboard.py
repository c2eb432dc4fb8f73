"""The switchboard's decision, event by event: what a caller lives through, and what must hold whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.activations.rules import Hours
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.floor import Agent, Floor
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.workforce.rules import AgentState

MIDNIGHT = datetime(2026, 3, 7, tzinfo=UTC)
SCRIPT = Script(
    activation=1,
    authority=1,
    languages=("nl", "fr"),
    exercise=False,
    front={"nl": FrontWords("Blijf binnen."), "fr": FrontWords("Restez chez vous.")},
)
ANN, BRAM = 1, 2


class Story:
    """Decides one event after the other, and remembers the last decision."""

    def __init__(self, script: Script | None = SCRIPT) -> None:
        agents = {
            ANN: _agent(ANN, {"nl", "fr"}, idle_since=MIDNIGHT),
            BRAM: _agent(BRAM, {"nl"}, idle_since=MIDNIGHT - timedelta(hours=1)),
        }
        self.now = MIDNIGHT
        self.floor = Floor(
            lines={"1771": script} if script else {}, agents=agents, logins={"ann": ANN, "bram": BRAM}
        )
        self.last: Decision

    def tell(self, *events: ports.Event, congested: bool = False) -> Decision:
        self.last = decide(self.floor, events, now=self.now, congested=congested)
        self.floor = self.last.floor
        return self.last

    def later(self, span: timedelta) -> Decision:
        self.now += span
        return self.tell()

    def arrive(self, leg: str = "c1", *, congested: bool = False) -> Decision:
        return self.tell(ports.CallArrived(leg, "1771", "+32477000001", self.now), congested=congested)

    def wait_in_line(self, leg: str = "c1", key: str = "1") -> Decision:
        self.arrive(leg)
        self.tell(ports.KeyPressed(leg, key))
        return self.tell(ports.MessagePlayed(leg, self.floor.calls[leg].message))

    def make_ready(self, *agents: int) -> Decision:
        names = {ANN: "ann", BRAM: "bram"}
        for agent in agents:
            self.tell(ports.AgentLegUp(f"leg-{names[agent]}", names[agent]))
        return self.tell(*(ports.AgentAsked(agent, Verb.READY) for agent in agents))

    def talk(self) -> None:
        self.make_ready(ANN)
        self.wait_in_line(key="2")
        self.tell(ports.AgentAsked(ANN, Verb.ACCEPT, "c1"))

    def state(self, leg: str = "c1") -> CallState:
        return self.floor.calls[leg].state


def _agent(key: int, languages: set[str], *, idle_since: datetime) -> Agent:
    return Agent(
        id=key,
        languages=frozenset(languages),
        authorities=frozenset({1}),
        state=AgentState.SIGNED_OUT,
        since=MIDNIGHT,
        idle_since=idle_since,
    )


def test_a_caller_is_taken_in_and_hears_the_menu_in_every_language() -> None:
    story = Story()
    story.arrive()
    assert story.state() is CallState.GREETING
    assert story.last.moves == (ports.TakeIn("c1"), ports.Play("c1", "c1-1", words.menu(SCRIPT)))


def test_a_key_chooses_the_language_and_stops_the_menu() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    assert (story.state(), story.floor.calls["c1"].language) == (CallState.INFORMING, "fr")
    assert story.last.moves == (
        ports.StopPlaying("c1", "c1-1"),
        ports.Play("c1", "c1-2", words.front(SCRIPT, "fr")),
    )


@pytest.mark.parametrize("key", ["0", "3", "9", "*", "#", "²", ""])
def test_a_key_without_a_language_changes_nothing(key: str) -> None:
    story = Story()
    story.arrive()
    story.tell(ports.KeyPressed("c1", key))
    assert story.state() is CallState.GREETING
    assert story.last.moves == ()


def test_a_caller_who_presses_nothing_gets_the_first_language_after_a_pause() -> None:
    story = Story()
    story.arrive()
    story.tell(ports.MessagePlayed("c1", "c1-1"))
    story.later(timing.LANGUAGE_KEY)
    assert (story.state(), story.floor.calls["c1"].language) == (CallState.INFORMING, "nl")


def test_one_language_means_no_menu() -> None:
    story = Story(Script(1, 1, ("nl",), exercise=False, front={"nl": FrontWords("Blijf binnen.")}))
    story.arrive()
    assert story.state() is CallState.INFORMING


def test_an_uploaded_recording_takes_the_place_of_the_spoken_text() -> None:
    script = Script(1, 1, ("nl",), exercise=False, front={"nl": FrontWords("Blijf binnen.", "recordings/abc")})
    assert words.front(script, "nl") == ("recordings/abc",)


def test_an_exercise_says_so_before_anything_else() -> None:
    script = Script(1, 1, ("nl",), exercise=True, front={"nl": FrontWords("Blijf binnen.")})
    assert next(text for _, text in words.front_texts(script, "nl")) == "Dit is een oefening."


def test_after_the_front_message_the_caller_is_told_the_place_in_line_and_then_hears_music() -> None:
    story = Story()
    story.wait_in_line()
    assert story.state() is CallState.WAITING
    assert story.last.moves[-1] == ports.Play("c1", "c1-3", words.position("nl", 1))
    story.tell(ports.MessagePlayed("c1", "c1-3"))
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_places_in_line_follow_arrival_within_a_language() -> None:
    story = Story()
    for leg, key in [("c1", "1"), ("c2", "1"), ("c3", "2"), ("c4", "1")]:
        story.now += timedelta(seconds=1)
        story.wait_in_line(leg, key)
        story.tell()
    announced = [m.media for m in story.last.moves if isinstance(m, ports.Play)]
    assert announced == []
    assert story.floor.calls["c4"].state is CallState.WAITING
    story.later(timing.POSITION)
    told = {m.leg: m.media for m in story.last.moves if isinstance(m, ports.Play)}
    assert told["c4"] == words.position("nl", 3)
    assert told["c3"] == words.position("fr", 1)


def test_beyond_the_last_position_only_that_many_wait_is_told() -> None:
    assert words.position("nl", 21) == words.position("nl", 400) != words.position("nl", 20)


def test_nothing_open_is_said_in_several_languages_and_the_caller_is_let_go() -> None:
    story = Story(script=None)
    story.arrive()
    assert story.state() is CallState.TURNED_AWAY
    assert story.last.moves[1] == ports.Play("c1", "c1-1", words.turned_away(None, story.floor.house_languages))
    story.tell(ports.MessagePlayed("c1", "c1-1"))
    assert story.last.moves == (ports.Release("c1"),)
    assert story.floor.calls == {}


def test_outside_the_opening_hours_callers_hear_so() -> None:
    monday_morning = Hours(0, MIDNIGHT.time().replace(hour=9), MIDNIGHT.time().replace(hour=12))
    story = Story(Script(1, 1, ("nl",), exercise=False, hours=(monday_morning,)))
    story.arrive()
    assert story.state() is CallState.TURNED_AWAY
    assert story.last.steps[0].why == "outside opening hours"


def test_a_closing_line_lets_nobody_new_in_but_serves_those_who_wait() -> None:
    story = Story()
    story.wait_in_line()
    closing = Script(1, 1, SCRIPT.languages, exercise=False, accepts=False)
    story.floor = Floor({"1771": closing}, story.floor.calls, story.floor.agents, story.floor.logins)
    story.arrive("c2")
    assert story.state("c2") is CallState.TURNED_AWAY
    story.make_ready(ANN)
    assert story.state("c1") is CallState.OFFERED


def test_the_longest_idle_ready_agent_who_speaks_the_language_is_offered() -> None:
    story = Story()
    story.make_ready(ANN, BRAM)
    first = story.floor.agents[ANN]
    assert first.idle_since == story.floor.agents[BRAM].idle_since
    story.wait_in_line(key="1")
    assert story.floor.calls["c1"].agent == ANN
    story.now += timedelta(seconds=1)
    story.wait_in_line("c2", key="2")
    assert story.state("c2") is CallState.WAITING
    story.wait_in_line("c3", key="1")
    assert story.floor.calls["c3"].agent == BRAM


def test_an_agent_whose_telephone_is_not_connected_is_offered_nothing() -> None:
    story = Story()
    story.tell(ports.AgentAsked(ANN, Verb.READY))
    story.wait_in_line()
    assert story.state() is CallState.WAITING
    story.tell(ports.AgentLegUp("leg-ann", "ann"))
    assert story.state() is CallState.OFFERED


def test_a_caller_who_is_offered_at_once_hears_music_only_if_the_agent_takes_longer() -> None:
    story = Story()
    story.make_ready(ANN)
    story.wait_in_line(key="2")
    assert story.state() is CallState.OFFERED
    assert ports.PlayMusic("c1") not in story.last.moves
    story.later(timing.SILENCE)
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_accepting_connects_both_and_stops_every_other_sound() -> None:
    story = Story()
    story.talk()
    assert story.state() is CallState.TALKING
    assert story.floor.agents[ANN].state is AgentState.TALKING
    assert story.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", "leg-ann"))


def test_accepting_a_call_that_was_withdrawn_changes_nothing() -> None:
    story = Story()
    story.make_ready(ANN)
    story.wait_in_line(key="2")
    story.tell(ports.LegEnded("c1"))
    story.tell(ports.AgentAsked(ANN, Verb.ACCEPT, "c1"))
    assert story.floor.agents[ANN].state is AgentState.READY
    assert story.last.moves == ()


def test_an_offer_that_is_not_answered_puts_the_caller_first_and_the_second_time_pauses_the_agent() -> None:
    story = Story()
    story.make_ready(ANN)
    story.wait_in_line(key="2")
    story.later(timing.OFFER)
    # Nobody else is free, so the same agent is offered again at once.
    assert story.state() is CallState.OFFERED
    assert story.floor.calls["c1"].first_in_line
    story.later(timing.OFFER)
    assert story.state() is CallState.WAITING
    ann = story.floor.agents[ANN]
    assert (ann.state, ann.reason) == (AgentState.PAUSED, "missed calls")


@pytest.mark.parametrize("by_agent", [True, False])
def test_either_side_may_hang_up_and_the_agent_wraps_up(by_agent: bool) -> None:
    story = Story()
    story.talk()
    story.tell(ports.AgentAsked(ANN, Verb.HANG_UP, "c1") if by_agent else ports.LegEnded("c1"))
    assert story.last.moves == (ports.Release("c1"),)
    assert story.floor.calls == {}
    assert story.floor.agents[ANN].state is AgentState.WRAP_UP
    assert story.floor.agents[ANN].leg == "leg-ann"


def test_wrap_up_ends_when_done_or_when_its_time_is_over() -> None:
    for finish in (lambda s: s.tell(ports.AgentAsked(ANN, Verb.DONE)), lambda s: s.later(timing.WRAP_UP)):
        story = Story()
        story.talk()
        story.tell(ports.LegEnded("c1"))
        finish(story)
        assert story.floor.agents[ANN].state is AgentState.READY


def test_hold_gives_the_caller_music_and_resume_the_agent_again() -> None:
    story = Story()
    story.talk()
    story.tell(ports.AgentAsked(ANN, Verb.HOLD, "c1"))
    assert (story.state(), story.last.moves) == (
        CallState.HELD,
        (ports.Part("c1", "leg-ann"), ports.PlayMusic("c1")),
    )
    story.tell(ports.AgentAsked(ANN, Verb.RESUME, "c1"))
    assert story.state() is CallState.TALKING
    assert story.last.moves[-1] == ports.Connect("c1", "leg-ann")


def test_an_agent_who_disappears_leaves_the_caller_told_and_first_in_line() -> None:
    story = Story()
    story.talk()
    story.now += timedelta(seconds=1)
    story.wait_in_line("c2", key="2")
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.RECONNECTING
    assert [m.media for m in story.last.moves if isinstance(m, ports.Play)] == [words.agent_lost("fr")]
    story.later(timing.AGENT_RETURN)
    assert story.state() is CallState.WAITING
    assert story.floor.agents[ANN].state is AgentState.SIGNED_OUT
    story.make_ready(ANN)
    assert story.state("c1") is CallState.OFFERED
    assert story.state("c2") is CallState.WAITING


def test_an_agent_who_reloads_the_page_gets_the_caller_back() -> None:
    story = Story()
    story.talk()
    story.tell(ports.LegEnded("leg-ann"))
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.state() is CallState.TALKING
    assert story.last.moves[-1] == ports.Connect("c1", "leg-ann-2")


def test_a_newer_telephone_takes_the_conversation_over() -> None:
    story = Story()
    story.talk()
    story.tell(ports.AgentLegUp("leg-ann-2", "ann"))
    assert story.last.moves == (ports.Connect("c1", "leg-ann-2"), ports.DropLeg("leg-ann"))
    story.tell(ports.LegEnded("leg-ann"))
    assert story.state() is CallState.TALKING


def test_a_telephone_nobody_knows_is_dropped() -> None:
    assert Story().tell(ports.AgentLegUp("leg-x", "nobody")).moves == (ports.DropLeg("leg-x"),)


@pytest.mark.parametrize("stage", range(7))
def test_a_caller_may_hang_up_in_every_state(stage: int) -> None:
    story = Story()
    stages = [
        story.arrive,
        lambda: story.tell(ports.KeyPressed("c1", "2")),
        lambda: story.tell(ports.MessagePlayed("c1", "c1-2")),
        lambda: story.make_ready(ANN),
        lambda: story.tell(ports.AgentAsked(ANN, Verb.ACCEPT, "c1")),
        lambda: story.tell(ports.AgentAsked(ANN, Verb.HOLD, "c1")),
        lambda: story.tell(ports.LegEnded("leg-ann")),
    ]
    for step in stages[: stage + 1]:
        step()
    story.tell(ports.LegEnded("c1"))
    assert story.floor.calls == {}
    assert ports.Release("c1") in story.last.moves
    assert story.floor.agents[ANN].state in (AgentState.SIGNED_OUT, AgentState.READY, AgentState.WRAP_UP)


def test_congestion_leaves_new_callers_to_the_fallback_and_keeps_their_arrival() -> None:
    story = Story()
    story.arrive(congested=True)
    assert (story.state(), story.last.moves) == (CallState.FALLBACK, (ports.SendBack("c1", "1771"),))
    arrived_at = story.floor.calls["c1"].arrived_at
    story.now += timedelta(seconds=5)
    story.tell(ports.CallArrived("c1", "1771", "+32477000001", arrived_at))
    assert story.state() is CallState.GREETING
    assert story.floor.calls["c1"].arrived_at == arrived_at


def test_a_caller_who_leaves_the_fallback_is_given_up_after_a_while() -> None:
    story = Story()
    story.arrive(congested=True)
    story.later(timing.FALLBACK_RETURN)
    assert story.floor.calls == {}


def test_the_census_ends_calls_that_are_gone_and_takes_in_those_that_are_new() -> None:
    story = Story()
    story.talk()
    story.tell(ports.Disconnected())
    arrival = ports.CallArrived("c9", "1771", "", MIDNIGHT)
    story.tell(ports.Census(callers={"c9": ports.CallerSeen(arrival)}, agents={"leg-ann": "ann"}))
    assert set(story.floor.calls) == {"c9"}
    assert story.floor.agents[ANN].state is AgentState.WRAP_UP


def test_the_census_connects_again_a_conversation_that_was_decided_but_never_told() -> None:
    story = Story()
    story.talk()
    alone = ports.CallerSeen(ports.CallArrived("c1", "1771", "", MIDNIGHT))
    story.tell(ports.Census(callers={"c1": alone}, agents={"leg-ann": "ann"}))
    assert ports.Connect("c1", "leg-ann") in story.last.moves


def test_the_census_leaves_a_conversation_alone() -> None:
    story = Story()
    story.talk()
    together = ports.CallerSeen(ports.CallArrived("c1", "1771", "", MIDNIGHT), frozenset({"leg-ann"}))
    story.tell(ports.Census(callers={"c1": together}, agents={"leg-ann": "ann"}))
    assert (story.state(), story.last.moves, story.last.steps) == (CallState.TALKING, (), ())


def test_the_place_in_line_survives_the_census() -> None:
    story = Story()
    story.wait_in_line("c1")
    story.now += timedelta(seconds=1)
    story.wait_in_line("c2")
    seen = {leg: ports.CallerSeen(ports.CallArrived(leg, "1771", "", story.now)) for leg in ("c1", "c2")}
    story.tell(ports.Census(callers=seen))
    story.make_ready(BRAM)
    assert (story.state("c1"), story.state("c2")) == (CallState.OFFERED, CallState.WAITING)


def test_deciding_the_same_again_gives_the_same() -> None:
    story = Story()
    events = [ports.CallArrived("c1", "1771", "", MIDNIGHT)]
    assert decide(story.floor, events, now=MIDNIGHT) == decide(story.floor, events, now=MIDNIGHT)
