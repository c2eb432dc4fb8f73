"""What becomes of conversations between two nodes while the tie between them is on the way."""

from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import Answer
from tocsin.gateways.asterisk.bridges import leave_tied
from tocsin.gateways.asterisk.exchange import Exchange
from tocsin.gateways.asterisk.legs import Kind, Leg, Request
from tocsin.gateways.asterisk.tying import NodeTies, Wanted

CALLER, AGENT = "n1-zoe", "n2-ann"


class Node(Exchange):
    """Remembers what was asked of Asterisk, and about what, and what the switchboard was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[Request, object]] = []
        self.told: list[ports.SwitchEvent] = []
        super().__init__(
            "tocsin",
            (),
            tell=lambda request, about: self.asked.append((request, about)),
            put=self.told.append,
            node="n1",
            ties=NodeTies("n1", Wanted()),
        )
        self.legs[CALLER] = Leg(Kind.CALLER, up=True)


def test_a_tape_that_fails_while_the_agent_is_on_the_way_is_not_whole() -> None:
    node = Node()
    node.carry_out(ports.Connect(CALLER, AGENT))
    node.carry_out(ports.Record(CALLER, "tape"))
    tape = {"name": "tape", "target_uri": f"bridge:call-{CALLER}"}
    node.hear({"type": "RecordingFailed", "recording": tape})
    request, about = node.asked[-1]
    assert request == Request("GET", f"bridges/call-{CALLER}")
    node.answered(request, about, Answer(200, '{"channels": []}'))
    assert node.told == [ports.Recorded(CALLER, "tape", seconds=0, whole=False)]


def test_who_is_parted_while_the_tie_is_on_the_way_has_left_all_others() -> None:
    legs = {
        "n2-eva": Leg(Kind.AGENT, up=True, has_bridge=True, partners={AGENT}),
        AGENT: Leg(Kind.AGENT, up=True, guest_of="n2-eva", message="m1"),
    }
    requests = list(leave_tied(AGENT, CALLER, legs, on_the_way=True))
    assert [request.path for request in requests] == ["playbacks/m1", "bridges/call-n2-eva/removeChannel"]
    assert (legs["n2-eva"].partners, legs[AGENT].guest_of) == (set(), "")
