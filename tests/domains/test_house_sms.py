"""The doctor says plainly whether anything carries SMS."""

import pytest
from django.conf import LazySettings

from tests import world
from tocsin.authorities.models import Authority
from tocsin.project.doctor import Finding, look_at_sms
from tocsin.project.instance import instance

WITHOUT = {"switch": "some.switch"}

pytestmark = pytest.mark.django_db


def finding(settings: LazySettings, gateways: dict[str, str]) -> Finding:
    settings.GATEWAYS = gateways
    return look_at_sms(instance)


def test_a_line_without_a_carrier_of_sms_is_told_what_it_does_not_have(
    rivaal: Authority, settings: LazySettings
) -> None:
    world.activation(rivaal)
    told = finding(settings, WITHOUT)
    assert told.fine
    assert "no caller is offered the SMS" in told.words
    assert "who cannot hear has no text" in told.words


def test_where_there_is_no_line_nothing_is_missed_yet(settings: LazySettings) -> None:
    assert "no line yet" in finding(settings, WITHOUT).words


def test_where_there_is_a_carrier_that_is_said(rivaal: Authority, settings: LazySettings) -> None:
    world.activation(rivaal)
    assert finding(settings, WITHOUT | {"sms": "some.carrier"}).words == "a carrier is set"
