"""A database that answers and lets nobody write: callers hear the fallback, and are received when it is over."""

import psycopg
import pytest

from tests.telephony.line import FRONT_HZ, House
from tests.telephony.people import caller, conversation, desk, hear_each_other, hears
from tocsin.logbook.actions import CHAIN_LOCK
from tocsin.project.health import trouble_of_switchboard

pytestmark = pytest.mark.telephony
FOR_EVER = "-c idle_in_transaction_session_timeout=0"


def test_who_calls_while_nothing_can_be_recorded_hears_the_fallback_and_is_received_afterwards(
    house: House,
) -> None:
    centre = house.centre
    yves, bea = conversation(house)
    earlier = caller(centre).waits()
    with psycopg.connect(centre.instance.database_dsn, options=FOR_EVER) as stalled:
        stalled.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        zoe = caller(centre)
        hears(zoe.telephone, *FRONT_HZ.values(), share=0.2)
        hear_each_other(yves, bea)
        centre.until(
            lambda: trouble_of_switchboard(centre.instance) == "leads, but cannot record",
            "status to say that the switchboard records nothing",
        )
    zoe.waits()
    ann = desk(centre, "nl", serves=house.authority)
    ann.takes(earlier)
    ann.finishes(earlier)
    ann.takes(zoe)
