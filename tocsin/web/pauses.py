"""Why agents pause, as it is kept and as people read it."""

from django.utils.translation import gettext_lazy as _

from tocsin.calls.rules.coordination import BY_COORDINATOR
from tocsin.calls.rules.desk import DECLINED, MISSED

CHOSEN_BY_AGENTS = {
    "break": _("Break"),
    "meal": _("Meal"),
    "meeting": _("Meeting"),
    "technical problem": _("Technical problem"),
}
SHOWN = CHOSEN_BY_AGENTS | {
    MISSED: _("Missed calls"),
    DECLINED: _("Declined a call"),
    BY_COORDINATOR: _("By a coordinator"),
}
# What agents are told whom the line paused.
EXPLAINED = {
    MISSED: _("Two offers in a row were not answered, so you were paused. The callers are first in line."),
    DECLINED: _("You declined a call, so you are paused. The caller is first in line for others."),
}
