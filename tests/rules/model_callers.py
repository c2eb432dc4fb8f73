"""What callers do in the random model."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rules.model_circumstances import Circumstances
from tests.rules.model_exchange import WHICH, pick
from tests.rules.model_floor import BEGIN, INCIDENTS
from tocsin.calls import ports
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CallState


class Callers(Circumstances):
    """They call, press keys, wait, and hang up when they like."""

    @rule(
        number=st.sampled_from(["1771", "1772", "1773", "1775", "1776"]),
        before=st.sampled_from([None, "nl", "fr"]),
        caller=st.sampled_from(["+32470112233", "+32470112234", "+32470112235", ""]),
    )
    def somebody_calls(self, number: str, before: str | None, caller: str) -> None:
        self.made += 1
        leg = f"c-{self.made}"
        if earlier := self.promised_to(number, caller):
            self.returning[leg] = earlier
        elif before:
            # Gave up in line a moment ago, having heard the message.
            about = self.floor.lines[number].incidents[-1].activation
            self.returning[leg] = LastCall(
                before, CallState.ENDED, self.now, BEGIN, self.now, answered=False, activation=about
            )
        if caller:
            self.treated[leg] = dict(self.decided)
        self.arrivals[leg] = ports.CallArrived(leg, number, caller, self.now)
        self.bridges[leg] = set()
        self.happen(self.arrivals[leg])

    def promised_to(self, number: str, caller: str) -> LastCall | None:
        """The last call from a number that was promised a call, as the journal tells it."""
        calls = [call for call in self.floor.calls.values() if (call.number, call.caller) == (number, caller)]
        promised = [call for call in calls if caller and call.call_back]
        if not promised:
            return None
        call = promised[-1]
        return LastCall(
            call.language,
            call.state,
            call.since,
            call.place.since,
            call.queued_at,
            answered=call.answered,
            leg=call.leg,
            activation=call.activation or 0,
        )

    @rule(which=WHICH, key=st.sampled_from("012389*#"))
    def caller_presses(self, which: int, key: str) -> None:
        if leg := pick(self.bridges, which):
            self.happen(ports.KeyPressed(leg, key))

    @rule(which=WHICH)
    def caller_dials_112(self, which: int) -> None:
        if leg := pick(self.bridges, which):
            self.happen(*(ports.KeyPressed(leg, key) for key in "112"))

    @rule(incident=st.sampled_from([None, *INCIDENTS]), choice=st.sampled_from(["", "1", "2", "4"]))
    def a_caller_is_asked_for_the_incident(self, incident: int | None, choice: str) -> None:
        self.somebody_calls("1775", before=None, caller="+32470112233")
        leg = f"c-{self.made}"
        self.happen(ports.KeyPressed(leg, "1"))
        self.switchboard_decides(seconds=0, congested=False)
        if incident:
            self.an_incident_closes_or_opens(incident)
        if choice and leg in self.bridges:
            self.happen(ports.KeyPressed(leg, choice))
            self.switchboard_decides(seconds=0, congested=False)

    @rule(which=WHICH)
    def message_ends(self, which: int) -> None:
        leg = pick(self.bridges, which)
        if leg and leg in self.floor.calls:
            self.happen(ports.MessagePlayed(leg, self.floor.calls[leg].message))

    @rule(which=WHICH)
    def caller_hangs_up(self, which: int) -> None:
        if leg := pick(self.bridges, which):
            del self.bridges[leg]
            if leg not in self.in_fallback:
                self.happen(ports.LegEnded(leg))
            self.in_fallback.discard(leg)

    @rule(which=WHICH)
    def whoever_waits_asks_to_be_called_back(self, which: int) -> None:
        waiting = [leg for leg, call in self.floor.calls.items() if call.state is CallState.WAITING]
        leg = pick(waiting, which)
        if leg and leg in self.bridges:
            self.happen(ports.KeyPressed(leg, "1"), ports.KeyPressed(leg, "1"))

    @rule(keys=st.sampled_from(["", "1", "11", "111", "#"]))
    def somebody_calls_a_line_with_hours(self, keys: str) -> None:
        self.somebody_calls("1776", before=None, caller="+32470112233")
        leg = f"c-{self.made}"
        for key in keys:
            self.switchboard_decides(seconds=0, congested=False)
            if leg in self.bridges:
                self.happen(ports.KeyPressed(leg, key))
        self.switchboard_decides(seconds=0, congested=False)

    @rule(which=WHICH, ends=st.sampled_from([None, *ports.DialFailure]))
    def a_number_that_rings_ends(self, which: int, ends: ports.DialFailure | None) -> None:
        if leg := pick(self.ringing, which):
            self.ringing.remove(leg)
            if ends:
                self.happen(ports.DialFailed(leg, ends))
            else:
                self.dialled.add(leg)
                self.bridges[leg] = set()
                self.happen(ports.DialAnswered(leg), ports.KeyPressed(leg, "1"))

    @rule(which=WHICH)
    def fallback_tries_again(self, which: int) -> None:
        # Some time: its message may be longer than anybody waits for the caller to be seen again.
        leg = pick(self.in_fallback, which)
        if leg and self.listening:
            self.in_fallback.remove(leg)
            self.happen(self.arrivals[leg])

    @rule(spoken=st.integers(0, 2))
    def whoever_leaves_a_question_has_said_it(self, spoken: int) -> None:
        for leg, tape in list(self.tapes.items()):
            if tape in self.alone:
                del self.tapes[leg]
                self.happen(ports.Recorded(leg, tape, 3, spoken_seconds=spoken))
