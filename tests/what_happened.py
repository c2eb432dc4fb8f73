"""What the journal says in the end, for whoever reads why a test waited in vain."""

from tocsin.calls.models import Call, CallStep, Pulse
from tocsin.calls.rules.states import CallState
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


def what_happened() -> str:
    """The calls and agents of the moment, the last steps, and the last lines of the logbook."""
    going_on = Call.objects.exclude(state=CallState.ENDED).order_by("arrived_at")
    calls = [f"{call.leg} {call.state} since {call.since:%T}, agent {call.agent_id}" for call in going_on]
    agents = [f"agent {a.pk} {a.state} {a.call}" for a in Agent.objects.exclude(state=AgentState.SIGNED_OUT)]
    steps = [
        f"{step.at:%T.%f} {step.call_id} {step} ({step.why})" for step in CallStep.objects.order_by("-id")[:20]
    ]
    lines = [f"{line.at:%T.%f} {line.kind} {line.subject}" for line in Line.objects.order_by("-id")[:10]]
    pulse = Pulse.objects.values("at", "switch_connected", "backlog", "decision_ms").first()
    return "\n".join([*calls, *agents, *reversed(steps), *reversed(lines), f"switchboard {pulse}"])
