"""What goes on in one Asterisk: its events become those of `calls.ports`, and moves become requests to it."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from tocsin.calls import ports
from tocsin.calls.rules.numbers import may_be_dialled
from tocsin.gateways.asterisk.ari import Answer, Event
from tocsin.gateways.asterisk.bridges import clear_up_after, leave_tied, make_way
from tocsin.gateways.asterisk.census import Findings, arrival_of, known_legs
from tocsin.gateways.asterisk.dialling import Intent, call_out, failure_of, make_leg
from tocsin.gateways.asterisk.legs import Kind, Leg, Request, bridge_of, leg_of
from tocsin.gateways.asterisk.listening import lend_ear, lost, read_ear
from tocsin.gateways.asterisk.moves import requests_for
from tocsin.gateways.asterisk.recording import go_on, stop_tape
from tocsin.gateways.asterisk.sounds import message_of
from tocsin.gateways.asterisk.ties import tie_named
from tocsin.gateways.asterisk.tying import NodeTies, may_be_guest

logger = logging.getLogger(__name__)

# The leg, the bridge or the message is gone, or not in a state for the move; 400 is what Asterisk says where a
# channel in the query is gone.
_RACES = frozenset({400, 404, 409, 412, 422})
_CONFLICT = 409
_KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class _GoingOn:
    """A tape that Asterisk has already: running since before the last census, or over long since."""

    leg: str
    tape: str


@dataclass(slots=True)
class Exchange:
    """The legs of one Asterisk between two censuses. `tell` sends it a request, about something that comes back to
    `answered` with the answer; `put` is for what happened. `trunks` are where calls go out, in order,
    `node` where this is, of a switch that has several, and `ties` are those to the others.
    """

    app: str
    trunks: Sequence[str]
    tell: Callable[[Request, object], None]
    put: Callable[[ports.SwitchEvent], None]
    node: str
    ties: NodeTies
    legs: dict[str, Leg] = field(default_factory=dict)

    @property
    def channels(self) -> frozenset[str]:
        """What is known of by now: legs, and what some of them listen in with."""
        by_ties = frozenset(name for leg in self.legs.values() for name in leg.ties.values())
        ears = frozenset(leg.ear for leg in self.legs.values() if leg.ear)
        return frozenset(self.legs) | ears | by_ties | self.ties.arrived_channels

    def take_over(self, found: Findings) -> None:
        """Begin with what a census found: what others were about to do is done, what they left behind removed."""
        self.legs = known_legs(found)
        for leg in found.census.agents.keys() - found.answered:
            self.tell(Request("POST", f"channels/{leg}/answer"), "census")
        for intent in found.uncalled:
            self._call_out(intent)
        for listener, ear in found.unlent.items():
            for request in lend_ear(ear, listener, found.census.listeners[listener], self.legs):
                self.tell(request, "census")
        for channel in (*found.leftover_ears, *found.leftover_ties):
            self.tell(Request("DELETE", f"channels/{channel}"), "census")
        for bridge in found.leftover_bridges:
            self.tell(Request("DELETE", f"bridges/{bridge}"), "census")
        self._ask(self.ties.take_up(found, self.legs), "census")

    def carry_out(self, move: ports.Move) -> None:
        """Send the requests for a move; where there are none, it has come to its end already."""
        if isinstance(move, ports.Dial):
            self._dial(move)
            return
        requests = list(requests_for(move, self.legs, app=self.app, node=self.node))
        self._ask(requests, move)
        if not requests and move.leg in self.legs:
            self._not_done(move)

    def may_be_host(self, name: str) -> bool:
        """Whether others can come into the bridge of this leg."""
        leg = self.legs.get(name)
        return leg is not None and leg.up

    def may_be_guest(self, name: str) -> bool:
        """Whether this leg can come into the bridge of another."""
        return may_be_guest(name, self.legs)

    def make_way(self, move: ports.Connect) -> None:
        """Two legs, of which one may be elsewhere, are about to be connected."""
        self._ask(make_way(move.leg, move.other, self.legs), move)

    def let_go(self, move: ports.Part) -> None:
        """A leg here is parted from one elsewhere, where it may not have arrived yet."""
        on_the_way = move.other in self.ties.awaited(move.leg)
        self._ask(leave_tied(move.other, move.leg, self.legs, on_the_way=on_the_way), move)

    def hang_up_lost_ties(self, *, node: str, theirs: Set[str]) -> None:
        """End the ties that end nowhere, by what is now known of another node: that it has these legs."""
        self._ask(self.ties.lost(self.legs, node=node, theirs=theirs), node)

    def answered(self, request: Request, about: object, answer: Answer) -> None:
        """Take in what Asterisk said to a request."""
        if request.stops and answer.status:
            self._message_stopped(request.stops, message_of(request))
        if isinstance(about, ports.Recorded) and answer.status:
            self._tape_ended_unasked(about, answer)
        elif isinstance(about, _GoingOn) and answer.status and not answer.refused:
            self._tape_runs(about.leg, about.tape)
        elif answer.refused:
            if answer.status not in _RACES:
                what = f"{request.method} {request.path}"
                logger.error("Asterisk refused %s for %s: %s", what, _for_log(about), answer.body)
            if isinstance(about, ports.Record) and answer.status == _CONFLICT:
                self.tell(go_on(about.tape), _GoingOn(about.leg, about.tape))
            else:
                self._not_done(about)
            self._tie_refused(request)

    def hear(self, event: Event) -> None:
        """Take in what happened."""
        match event["type"]:
            case "StasisStart":
                self._began(event["channel"], event["args"])
            case "StasisEnd":
                self._ended(event["channel"]["id"])
            case "ChannelEnteredBridge":
                self.ties.entered(event["channel"]["id"])
            case "ChannelDtmfReceived":
                self._pressed(event["channel"]["id"], event["digit"])
            case "PlaybackFinished":
                self._message_ended(_leg_at(event["playback"]["target_uri"]), event["playback"]["id"])
            case "RecordingStarted":
                tape = event["recording"]
                self._tape_runs(_leg_at(tape["target_uri"]), tape["name"])
            case "RecordingFinished" | "RecordingFailed" as kind:
                self._tape_ended(event["recording"], failed=kind == "RecordingFailed")
            case "Dial" if event["dialstatus"] == "ANSWER":
                self._answered_outside(event["peer"]["id"])
            case "ChannelDestroyed":
                self._dial_failed(event["channel"]["id"], failure_of(event["cause"]))

    def _began(self, channel: Mapping[str, Any], said: list[str]) -> None:
        """A channel entered our application."""
        name = channel["id"]
        match said:
            case ["caller", number]:
                self.legs[name] = Leg(Kind.CALLER, number=number)
                self.put(arrival_of(channel, number=number))
            case ["agent", login]:
                self.legs[name] = Leg(Kind.AGENT, up=True)
                self.tell(Request("POST", f"channels/{name}/answer"), login)
                self.put(ports.AgentLegUp(name, login))
            case ["dialled", shown, seconds]:
                # Also one that the switchboard before us had made.
                self.legs.setdefault(name, Leg(Kind.DIALLED))
                self._call_out(Intent(name, shown, seconds))
            case ["tie", tie]:
                self._ask(self.ties.arrived(name, tie, self.legs), tie)
            case ["tied"]:
                self._ask(self.ties.made(name), name)
            case _ if ear := read_ear(said):
                listener, hears = ear
                for request in lend_ear(name, listener, hears, self.legs):
                    self.tell(request, hears)

    def _ended(self, name: str) -> None:
        """A channel left our application: it ended, or was sent back and may return."""
        leg = self.legs.get(name)
        if name in self.ties.arrived_channels:
            self._ask(self.ties.ended(name, self.legs), name)
            return
        if leg is None:
            self._ask(lost(name, self.legs), name)
            self._tie_ended(name)
            return
        if leg.kind is Kind.DIALLED and not leg.up:
            # Why a call failed is told with the end of the channel.
            return
        del self.legs[name]
        self._ask(clear_up_after(name, leg, self.legs), name)
        self._ask(self.ties.leg_left(name), name)
        if not leg.sent_back:
            self.put(ports.LegEnded(name))

    def _tie_ended(self, name: str) -> None:
        """Where nobody parted the two, the leg elsewhere is no good and has to come anew."""
        other, requests = self.ties.broke(name, self.legs)
        self._ask(requests, name)
        if other:
            self.put(ports.LegEnded(other))

    def _tie_refused(self, request: Request) -> None:
        match request.path.split("/"):
            case ["channels", "create"]:
                self._tie_ended(request.query["channelId"])
            case ["channels", name, "dial"] if tie_named(name):
                self.tell(Request("DELETE", f"channels/{name}"), name)

    def _ask(self, requests: Iterable[Request], about: object) -> None:
        for request in requests:
            self.ties.asked(request)
            self.tell(request, about)

    def _pressed(self, name: str, key: str) -> None:
        leg = self.legs.get(name)
        if leg and leg.kind is not Kind.AGENT and key in _KEYS:
            self.put(ports.KeyPressed(name, key))

    def _dial(self, move: ports.Dial) -> None:
        if move.leg in self.legs:
            return
        if may_be_dialled(move.number):
            self._dial_by(self.trunks, move)
        else:
            self.put(ports.DialFailed(move.leg, ports.DialFailure.UNREACHABLE))

    def _dial_by(self, trunks: Sequence[str], move: ports.Dial) -> None:
        """By the first of these; the others are left for where its network cannot carry the call."""
        if not trunks:
            self.put(ports.DialFailed(move.leg, ports.DialFailure.CONGESTED))
            return
        trunk, *others = trunks
        self.legs[move.leg] = Leg(Kind.DIALLED, dial=move, trunks_left=others)
        self.tell(make_leg(move, trunk=trunk, app=self.app), move)

    def _call_out(self, intent: Intent) -> None:
        for request in call_out(intent):
            self.tell(request, intent)

    def _answered_outside(self, name: str) -> None:
        leg = self.legs.get(name)
        if leg and not leg.up:
            leg.up = True
            self.put(ports.DialAnswered(name))

    def _dial_failed(self, name: str, why: ports.DialFailure) -> None:
        leg = self.legs.get(name)
        if leg and leg.kind is Kind.DIALLED and not leg.up:
            del self.legs[name]
            if why is ports.DialFailure.CONGESTED and leg.dial and leg.trunks_left:
                self._dial_by(leg.trunks_left, leg.dial)
            else:
                self.put(ports.DialFailed(name, why))

    def _message_ended(self, name: str, message: str) -> None:
        leg = self.legs.get(name)
        if leg:
            leg.message = "" if leg.message == message else leg.message
            leg.announcement = "" if leg.announcement == message else leg.announcement
            if not leg.stopped.pop(message, False):
                self.put(ports.MessagePlayed(name, message))

    def _message_stopped(self, name: str, message: str) -> None:
        """Of a message for who leaves a bridge in this moment, Asterisk may never tell the end."""
        leg = self.legs.get(name)
        if leg and leg.stopped.get(message) is False:
            leg.stopped[message] = True
            self.put(ports.MessagePlayed(name, message))

    def _tape_runs(self, name: str, tape: str) -> None:
        leg = self.legs.get(name)
        if leg and leg.tape is None:
            # Of a tape from before the census it is not known whether it is wanted.
            return
        if leg and leg.tape and leg.tape.name == tape:
            leg.tape.running = True
            if not leg.tape.ending:
                return
        self.tell(stop_tape(tape), name)

    def _tape_ended(self, recording: Mapping[str, Any], *, failed: bool) -> None:
        name, tape = _leg_at(recording["target_uri"]), recording["name"]
        ended = ports.Recorded(name, tape, recording.get("duration", 0))
        if recording["target_uri"].startswith("channel:"):
            self._forget_tape(name, tape)
            self.put(replace(ended, whole=not failed, spoken_seconds=recording.get("talking_duration")))
            return
        leg = self.legs.get(name)
        if leg and leg.tape and leg.tape.name == tape and not leg.tape.ending:
            # The disk is full; or everybody left in this moment, which was not told yet.
            self.tell(Request("GET", f"bridges/{bridge_of(name)}"), ended)
            return
        if leg is None:
            self.tell(Request("DELETE", f"bridges/{bridge_of(name)}"), name)
        self._forget_tape(name, tape)
        self.put(ended)

    def _tape_ended_unasked(self, ended: ports.Recorded, answer: Answer) -> None:
        there = [] if answer.refused else json.loads(answer.body or "{}").get("channels", [])
        self._forget_tape(ended.leg, ended.tape)
        # Nobody is there either while one has yet to come in from another node.
        self.put(replace(ended, whole=not there and not self.ties.awaited(ended.leg)))

    def _forget_tape(self, name: str, tape: str) -> None:
        leg = self.legs.get(name)
        if leg and leg.tape and leg.tape.name == tape:
            leg.tape = None

    def _not_done(self, about: object) -> None:
        """Whoever waits for the end of what did not begin moves on."""
        match about:
            case ports.Play() | ports.Announce():
                self._message_ended(about.leg, about.message)
            case ports.Dial():
                self._dial_failed(about.leg, ports.DialFailure.CONGESTED)
            case Intent():
                self.tell(Request("DELETE", f"channels/{about.leg}"), about.leg)
            case ports.Record(name, tape) | ports.RecordAlone(name, tape) | _GoingOn(name, tape):
                self._forget_tape(name, tape)
                self.put(ports.Recorded(name, tape, seconds=0, whole=False))


def _for_log(about: object) -> str:
    """What a request was about, without anybody's number: of a move, its kind and its leg."""
    return about if isinstance(about, str) else f"{type(about).__name__} {getattr(about, 'leg', '')}"


def _leg_at(uri: str) -> str:
    """The leg that is played to or recorded: on its own channel, or in its bridge."""
    kind, _, place = uri.partition(":")
    return leg_of(place) if kind == "bridge" else place
