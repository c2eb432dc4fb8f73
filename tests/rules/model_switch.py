"""A small model of the switch: legs, bridges and tapes, changed by the moves it is told, and by who hangs up."""

from tocsin.calls import ports
from tocsin.calls.rules.called_telephone import login_in
from tocsin.calls.rules.consultation import ASKED
from tocsin.calls.rules.states import call_of


class ModelSwitch:
    """Carries out moves as the contract of the port says, and tells what happens while somebody listens."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: list[ports.Event] = []
        self.listening = True
        # Callers by leg with who is in their bridge, those of them who are in the fallback, agents' legs by leg.
        self.bridges: dict[str, set[str]] = {}
        self.in_fallback: set[str] = set()
        self.arrivals: dict[str, ports.CallArrived] = {}
        self.agent_legs: dict[str, str] = {}
        # Numbers that ring, and those that were answered: these have a bridge.
        self.ringing: set[str] = set()
        self.dialled: set[str] = set()
        # Those who speak in the bridge of an agent, by the agent's leg, which is one of them.
        self.between_agents: dict[str, set[str]] = {}
        # Who is asked outside about a caller, by leg: whether they answered.
        self.outside: dict[str, bool] = {}
        # Agents at their own number, by leg: whether they answered.
        self.called: dict[str, bool] = {}
        # Who listens in, by the listener's leg.
        self.ears: dict[str, ports.ListenerSeen] = {}
        # The tape that runs of a caller, by leg.
        self.tapes: dict[str, str] = {}
        # Those of callers alone, who leave a question.
        self.alone: set[str] = set()

    def happen(self, *events: ports.SwitchEvent) -> None:
        # What happens while nobody listens is never told.
        if self.listening:
            self.pending += events

    def end_agent_leg(self, leg: str) -> None:
        del self.agent_legs[leg]
        self.called.pop(leg, None)
        self.leave_bridges(leg)
        self.close_ears()
        self.end_tapes()
        self.between_agents.pop(leg, None)
        self.happen(ports.LegEnded(leg))

    def leave_bridges(self, leg: str) -> None:
        for bridge in (*self.bridges.values(), *self.between_agents.values()):
            bridge.discard(leg)

    def end_outside(self, leg: str) -> None:
        up = self.outside.pop(leg)
        self.leave_bridges(leg)
        self.happen(ports.LegEnded(leg) if up else ports.DialFailed(leg, ports.DialFailure.BUSY))

    def answer_called(self, leg: str) -> None:
        self.called[leg] = True
        self.agent_legs[leg] = login_in(leg)
        self.happen(ports.DialAnswered(leg))

    def end_called(self, leg: str, *, why: ports.DialFailure = ports.DialFailure.GIVEN_UP) -> None:
        if self.called[leg]:
            self.end_agent_leg(leg)
        else:
            del self.called[leg]
            self.happen(ports.DialFailed(leg, why))

    def carry_out(self, move: ports.Move) -> None:
        match move:
            case ports.Dial() if login_in(move.leg) and call_of(move.leg) == move.leg:
                assert move.leg not in self.called, "an agent is called twice"
                self.called[move.leg] = False
            case ports.Release() | ports.DropLeg() if move.leg in self.called:
                self.end_called(move.leg)
            case ports.Dial() if ASKED in move.leg:
                assert move.leg not in self.outside, "somebody is asked twice"
                self.outside[move.leg] = False
            case ports.Release() if move.leg in self.outside:
                self.end_outside(move.leg)
            case ports.Connect() if not self.can_be_heard(move.other):
                pass
            case ports.Connect() if move.leg in self.bridges:
                self.leave_bridges(move.other)
                self.bridges[move.leg].add(move.other)
            case ports.Connect() if move.leg in self.agent_legs:
                self.leave_bridges(move.leg)
                self.leave_bridges(move.other)
                self.between_agents[move.leg] = {move.leg, move.other}
            case ports.Part() if move.leg in self.bridges:
                self.bridges[move.leg].discard(move.other)
            case ports.Part() if move.other in self.between_agents.get(move.leg, ()):
                del self.between_agents[move.leg]
            case ports.Listen() if self.may_listen(move):
                self.ears[move.listener] = ports.ListenerSeen(move.leg, move.agent_leg, move.whispers)
            case ports.Record() if self.bridges.get(move.leg):
                assert self.tapes.get(move.leg, move.tape) == move.tape, "two tapes of one caller"
                self.tapes[move.leg] = move.tape
            case ports.Record() if move.leg in self.bridges:
                self.happen(ports.Recorded(move.leg, move.tape, 0))
            case ports.RecordAlone() if move.leg in self.bridges:
                assert not self.bridges[move.leg] and move.leg not in self.tapes, "recorded alone in company"
                self.tapes[move.leg] = move.tape
                self.alone.add(move.tape)
            case ports.StopRecording() if self.tapes.get(move.leg) == move.tape:
                self.happen(ports.Recorded(move.leg, self.tapes.pop(move.leg), 1))
            case ports.StopListening():
                self.ears.pop(move.listener, None)
            case ports.SendBack() if move.leg in self.bridges:
                self.in_fallback.add(move.leg)
            case ports.Dial():
                assert move.leg not in self.ringing | self.dialled, "somebody is called twice"
                self.ringing.add(move.leg)
            case ports.Release() if move.leg in self.ringing:
                self.ringing.remove(move.leg)
                self.happen(ports.DialFailed(move.leg, ports.DialFailure.GIVEN_UP))
            case ports.Release() if move.leg in self.bridges:
                assert move.leg not in self.in_fallback, "a caller in the fallback was hung up"
                del self.bridges[move.leg]
                self.happen(ports.LegEnded(move.leg))
            case ports.DropLeg() if move.leg in self.agent_legs:
                self.end_agent_leg(move.leg)
            case _:
                pass

    def may_listen(self, move: ports.Listen) -> bool:
        # An agent whom the other has left is with nobody.
        together = [legs for legs in self.between_agents.values() if len(legs) > 1]
        inside = set[str]().union(*self.bridges.values(), *together)
        talk = move.agent_leg in self.bridges.get(move.leg, ())
        return talk and move.listener in self.agent_legs.keys() - inside

    def close_ears(self) -> None:
        for listener, seen in list(self.ears.items()):
            if not self.may_listen(ports.Listen(seen.leg, seen.agent_leg, listener)):
                del self.ears[listener]

    def end_tapes(self) -> None:
        for leg, tape in list(self.tapes.items()):
            if not (self.bridges.get(leg) or (leg in self.bridges and tape in self.alone)):
                del self.tapes[leg]
                self.happen(ports.Recorded(leg, tape, 1))

    def can_be_heard(self, leg: str) -> bool:
        return leg in self.agent_legs or self.outside.get(leg, False)
