"""A page that stays open for hours ends as soon as whoever looks at it would not be let in any more."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from tests import world
from tests.patience import PATIENCE_SECONDS
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)


def deactivate(person: Person) -> None:
    person.is_active = False
    person.save()


def take_the_roles(person: Person) -> None:
    # Something else may still be done, and the authority is still acted for.
    person.roles = [Role.ADMINISTRATOR]
    person.save()


@pytest.mark.parametrize("lose", [deactivate, take_the_roles])
@pytest.mark.parametrize("path", ["/console/board/{}/live/", "/console/line/{}/live/", "/desk/live/"])
def test_an_open_page_ends_with_the_right_to_see_it(
    path: str,
    lose: Callable[[Person], None],
    rivaal: Authority,
    carl: Person,
    ann: Agent,
    browser_of: Callable[[Person], Client],
) -> None:
    activation = world.activation(rivaal)
    looks = ann.person if path.startswith("/desk") else carl
    client = AsyncClient()
    client.cookies = browser_of(looks).cookies

    def lose_it() -> None:
        lose(looks)
        with connection.cursor() as cursor:
            told = json.dumps({"agents": [ann.pk], "activations": [activation.pk]})
            cursor.execute("SELECT pg_notify('tocsin_live', %s)", [told])

    async def story() -> None:
        response = await client.get(path.format(activation.pk))
        assert isinstance(response, StreamingHttpResponse)
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            aclosing(response._iterator) as stream,  # type: ignore[attr-defined]
        ):
            assert b"data: <" in await anext(stream)
            await sync_to_async(lose_it)()
            # What was drawn before it was lost may still come.
            async for _part in stream:
                pass

    async_to_sync(story)()
