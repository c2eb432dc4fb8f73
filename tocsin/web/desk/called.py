"""What an agent is told of the call to the own number."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.calls.queries import called_telephone
from tocsin.calls.rules.called_telephone import Calling, End
from tocsin.calls.rules.events import DialFailure
from tocsin.workforce.models import Agent

_ON_THE_WAY: Mapping[str, Promise] = MappingProxyType(
    {
        Calling.WANTED: _("Your number is being called …"),
        Calling.RINGING: _("Your number is being called …"),
        Calling.ASKED: _("Somebody answered at your number: press 1 there."),
    }
)
_ENDED: Mapping[str, Promise] = MappingProxyType(
    {
        End.NO_LINE: _("You were not called: no line is open for which you take calls. Ask again once one is."),
        End.NO_KEY: _("Nobody pressed 1 at your number, so it was hung up."),
        End.HUNG_UP: _("The call to your number has ended. Ask to be called again."),
        End.NEVER_TOLD: _("Your number was called, and nobody knows what became of it. Ask again."),
        DialFailure.BUSY: _("Your number is engaged."),
        DialFailure.NO_ANSWER: _("Nobody answered at your number."),
        DialFailure.REFUSED: _("The call was refused at your number."),
        DialFailure.UNREACHABLE: _("There is nobody with your number: check it."),
        DialFailure.CONGESTED: _("The network could not carry the call to your number: ask again."),
        DialFailure.GIVEN_UP: _("The call to your number has ended. Ask to be called again."),
    }
)


def how_it_is(agent: Agent) -> Promise | str:
    """How the call to the own number is, or why it ended; empty where there is nothing to say."""
    login = called_telephone(agent=agent)
    if login is None:
        return ""
    return _ON_THE_WAY.get(login.stage) or _ENDED.get(login.why) or ""
