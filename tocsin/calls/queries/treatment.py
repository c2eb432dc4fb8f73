"""Callers upon whom agents remarked, by their marks and never by their numbers, and how they are treated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.calls.models import Call, Remark, Treatment
from tocsin.calls.rules.treatment import Conduct
from tocsin.calls.rules.treatment import Treatment as Treated


@dataclass(frozen=True, slots=True)
class RemarkedCaller:
    """A caller: the calls that agents remarked upon, the latest first, with what was last remarked of each; how
    many calls there were in all; and how the next are taken (None: like everybody's)."""

    calls: Sequence[tuple[Call, Conduct]]
    of_all: int
    treatment: Treatment | None

    @property
    def latest(self) -> Call:
        """The call by which the caller is spoken of."""
        return self.calls[0][0]

    def times(self, conduct: Conduct) -> int:
        """How many calls this was remarked of."""
        return sum(each is conduct for _, each in self.calls)


def remarked_callers(*, activation: int, now: datetime) -> list[RemarkedCaller]:
    """The callers of an activation upon whom agents remarked, most often first; none who hides the number."""
    callers: dict[str, dict[str, tuple[Call, Conduct]]] = {}
    remarks = Remark.objects.filter(call__activation=activation).exclude(call__caller_mark="")
    for remark in remarks.select_related("call").order_by("id"):
        # Of several about one call the newest counts.
        calls = callers.setdefault(remark.call.caller_mark, {})
        calls[remark.call_id] = (remark.call, Conduct(remark.conduct))
    found = [
        RemarkedCaller(
            calls=sorted(remarked, key=lambda one: one[0].arrived_at, reverse=True),
            of_all=Call.objects.filter(activation=activation, caller_mark=mark).count(),
            treatment=_in_force(activation, mark, now=now),
        )
        for mark, calls in callers.items()
        if (remarked := [one for one in calls.values() if one[1] is not Conduct.NONE])
    ]
    return sorted(found, key=lambda caller: (-len(caller.calls), -caller.latest.arrived_at.timestamp()))


def decisions_about(call: Call) -> list[Treatment]:
    """What was decided about whoever made a call, in order."""
    about = Treatment.objects.filter(activation=call.activation_id, caller_mark=call.caller_mark)
    return list(about.select_related("by").order_by("id"))


def last_remark(*, call: str, agent: int) -> Conduct:
    """What an agent last remarked of a call."""
    last = Remark.objects.filter(call=call, agent=agent).order_by("id").last()
    return Conduct(last.conduct) if last else Conduct.NONE


def _in_force(activation: int, mark: str, *, now: datetime) -> Treatment | None:
    newest = Treatment.objects.filter(activation=activation, caller_mark=mark).select_related("by").last()
    if newest is None or newest.until <= now or newest.treatment == Treated.ORDINARY:
        return None
    return newest
