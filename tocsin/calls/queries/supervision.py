"""Who hears whose conversation, and what a coordinator asked of an agent."""

from tocsin.calls.models import LineOrder, Supervision
from tocsin.calls.ports import Answer, SupervisorVerb
from tocsin.calls.rules.coordination import BY_COORDINATOR
from tocsin.workforce.models import Agent

_LIVE = Supervision.objects.filter(ended_at=None).select_related(
    "order__activation", "order__by", "agent__person", "by__person", "call"
)


def supervision_of(*, agent: Agent) -> Supervision | None:
    """The conversation that a coordinator, an agent too, hears now; None where there is none."""
    return _LIVE.filter(by=agent).first()


def heard_by(*, agent: Agent) -> list[Supervision]:
    """The coordinators who hear this agent's conversation, or are about to."""
    return list(_LIVE.filter(agent=agent).order_by("began_at"))


def supervisions_in(*, activation: int) -> dict[str, list[Supervision]]:
    """Who hears which conversation of an activation, by call."""
    heard: dict[str, list[Supervision]] = {}
    for each in _LIVE.filter(order__activation=activation).order_by("began_at"):
        heard.setdefault(each.call_id, []).append(each)
    return heard


def dismissal_of(*, agent: Agent) -> LineOrder | None:
    """Which coordinator's order paused this agent or signed the agent out, as long as that lasts."""
    if agent.reason != BY_COORDINATOR:
        return None
    verbs = (SupervisorVerb.PAUSE, SupervisorVerb.SIGN_OUT)
    orders = LineOrder.objects.filter(agent=agent, verb__in=verbs, answer=Answer.DONE)
    return orders.select_related("by").order_by("-id").first()
