"""Two nodes and the front before them, with real calls: spread, connected across, one killed, one given a rest."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.telephony.journal import check_journal
from tests.telephony.line import MUSIC_HZ, House
from tests.telephony.people import caller, hear_each_other, hears
from tests.telephony.two_nodes import (
    FIRST,
    SECOND,
    agent_on,
    all_nodes_answer,
    caller_on,
    calls_back,
    conversation_between,
    node_of_agent,
    node_of_caller,
)
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CUT_OFF, CallState
from tocsin.project.processes import command, surroundings
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


@contextmanager
def resting(house: House, node: str) -> Iterator[subprocess.Popen[str]]:
    """`tocsin node rest`, once it said that no new calls come; the node takes calls again after the block."""
    instance = house.centre.instance
    words = command("node", "rest", node)
    try:
        with subprocess.Popen(words, env=surroundings(instance), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{node} takes no new calls.\n"
            yield process
    finally:
        subprocess.run(command("node", "resume", node), env=surroundings(instance), check=True)


def test_the_front_hands_calls_to_both_nodes(house_of_two: House) -> None:
    all_nodes_answer(house_of_two)
    callers = [caller(house_of_two.centre) for _ in range(4)]
    assert {node_of_caller(somebody) for somebody in callers} == {FIRST, SECOND}


@pytest.mark.parametrize(("of_caller", "of_agent"), [(FIRST, SECOND), (SECOND, FIRST), (SECOND, SECOND)])
def test_a_caller_and_an_agent_hear_each_other_wherever_they_are(
    house_of_two: House, of_caller: str, of_agent: str
) -> None:
    ann = agent_on(house_of_two, of_agent)
    zoe = caller_on(house_of_two, of_caller)
    conversation_between(zoe, ann)
    ann.finishes(zoe)
    # The next one is heard as well: the agent's telephone stayed up.
    yves = caller_on(house_of_two, of_agent)
    conversation_between(yves, ann)


def test_a_killed_node_costs_its_own_callers_alone_who_are_called_back_first_in_their_order(
    house_of_two: House,
) -> None:
    ann, bram = agent_on(house_of_two, FIRST), agent_on(house_of_two, SECOND)
    zoe = caller_on(house_of_two, FIRST)
    conversation_between(zoe, ann)
    yves = caller_on(house_of_two, SECOND)
    conversation_between(yves, bram)
    ines, wim, noor = (caller_on(house_of_two, node).waits() for node in (SECOND, FIRST, SECOND))
    house_of_two.centre.kill(SECOND)
    hear_each_other(zoe, ann)
    for somebody in (yves, ines, noor):
        assert somebody.comes_to(CallState.PROMISED).steps[-1].why == CUT_OFF
    bram.comes_to(AgentState.WRAP_UP)
    # Whoever calls now is served, by one node or the other.
    caller(house_of_two.centre).passed(CallState.GREETING).telephone.hang_up()
    hear_each_other(zoe, ann)
    assert (zoe.state, wim.state) == (CallState.TALKING, CallState.WAITING)
    hears(wim.telephone, *MUSIC_HZ, share=0.3)
    bram.connect()
    bram.asks(Verb.DONE)
    for somebody in (yves, ines, noor):
        calls_back(bram, somebody)
    bram.takes(wim)
    bram.finishes(wim)
    ann.finishes(zoe)
    house_of_two.centre.wait_healthy(SECOND)
    check_journal()


def test_a_node_at_rest_gets_no_new_calls_loses_nobody_it_has_and_is_empty_in_the_end(house_of_two: House) -> None:
    ann, bram = agent_on(house_of_two, SECOND), agent_on(house_of_two, FIRST)
    zoe = caller_on(house_of_two, FIRST)
    conversation_between(zoe, ann)
    yves = caller_on(house_of_two, FIRST)
    conversation_between(yves, bram)
    noor, wim = (caller_on(house_of_two, FIRST).waits() for _ in range(2))
    noor.telephone.press("1")
    noor.comes_to(CallState.CHOOSING).telephone.press("1")
    noor.comes_to(CallState.PROMISED).telephone.hang_up()
    bram.asks(Verb.HOLD)
    yves.comes_to(CallState.HELD)
    with resting(house_of_two, FIRST) as rest:
        newcomers = [caller(house_of_two.centre) for _ in range(3)]
        assert {node_of_caller(somebody) for somebody in newcomers} == {SECOND}
        for somebody in newcomers:
            somebody.telephone.hang_up()
        hear_each_other(zoe, ann)
        # An agent who has a caller on hold keeps the telephone; an idle one is sent elsewhere.
        bram.asks(Verb.RESUME)
        yves.comes_to(CallState.TALKING)
        bram.finishes(yves)
        bram.is_offered(noor).asks(Verb.DECLINE)
        bram.telephone.ended()
        bram.connect()
        assert node_of_agent(bram) == SECOND
        bram.asks(Verb.READY)
        # Whoever called on the node that rests is called back by another.
        calls_back(bram, noor)
        bram.takes(wim)
        bram.finishes(wim)
        zoe.telephone.hang_up()
        assert rest.stdout is not None
        assert f"Nobody is left on {FIRST}." in rest.stdout.read()
    assert rest.returncode == 0
    for somebody in (zoe, yves, wim):
        assert somebody.steps[-1].why in ("agent hung up", "caller hung up")


def test_a_killed_front_is_back_at_once_and_nobody_who_talks_notices(house_of_two: House) -> None:
    ann, zoe = agent_on(house_of_two, FIRST), caller_on(house_of_two, SECOND)
    conversation_between(zoe, ann)
    house_of_two.centre.kill("front")
    hear_each_other(zoe, ann)
    # The carrier repeats the call until it is taken.
    caller(house_of_two.centre).passed(CallState.GREETING)
    hear_each_other(zoe, ann)
    # What ends a call finds its way as well.
    ann.finishes(zoe)
    zoe.telephone.ended()


def test_a_stranger_gets_no_answer_from_the_front(house_of_two: House) -> None:
    ports = house_of_two.centre.instance.ports
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.66", 0))
        via = f"127.0.0.66:{stranger.getsockname()[1]}"
        for method in ("OPTIONS", "INVITE"):
            stranger.sendto(
                f"{method} sip:1771@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {via};branch=z9hG4bK-{method}\r\n"
                f"From: <sip:front@{via}>;tag=1\r\nTo: <sip:1771@127.0.0.1>\r\nCall-ID: {method}\r\n"
                f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:{via}>\r\n"
                f"Content-Length: 0\r\n\r\n".encode(),
                (house_of_two.centre.instance.bind, ports.sip),
            )
        # Those who are admitted are answered meanwhile, so the stranger's would have come.
        caller(house_of_two.centre).passed(CallState.GREETING)
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.recv(4096)
