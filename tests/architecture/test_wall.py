"""Personal records are behind row-level security, and nobody writes tables but actions."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

PACKAGE = Path(__file__).resolve().parents[2] / "tocsin"
_NAMES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "update", "delete"}
WRITES = _NAMES | {f"a{name}" for name in _NAMES}
RELATION_WRITES = frozenset({"add", "set", "remove", "clear"})
WRITING_SQL = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+(AS\s+\S+\s+)?SET\b|DELETE\s+FROM|TRUNCATE\s)", re.IGNORECASE
)


def personal_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if (m.__doc__ or "").startswith("PERSONAL.")]


def test_there_are_personal_tables_to_look_at() -> None:
    assert {model.__name__ for model in personal_models()} >= {"Caller", "Note"}


@pytest.mark.django_db
@pytest.mark.parametrize("model", personal_models(), ids=lambda model: model.__name__)
def test_every_personal_table_is_behind_forced_row_level_security(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) "
            "FROM pg_class AS c WHERE relname = %s",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, True, 1)


@pytest.mark.django_db
def test_the_application_is_bound_by_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


# What has the name of a write and is none of ours: sessions and people as Django makes them, an instance's folder,
# a played switch, the attributes of a field.
OTHER_WRITES = frozenset(
    {
        "accounts/models.py: person.save",
        "gateways/rehearsal/switch.py: self.logins.clear",
        "project/stage.py: session.create",
        "project/stage.py: SessionStore(login.session).delete",
        "project/up.py: instance.create",
        "web/demo/views.py: session.create",
        "web/sign_in.py: field.widget.attrs.update",
    }
)


def test_only_actions_write() -> None:
    written = {
        f"{source}: {found}"
        for source in (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
        if not {"actions", "migrations"} & set(source.with_suffix("").parts)
        for found in writes_in(ast.parse((PACKAGE / source).read_text()))
    }
    assert written == OTHER_WRITES


@pytest.mark.parametrize(
    "source",
    [
        "call.save()",
        "models.Call.objects.create(leg=leg)",
        "activation.steps.create(at=at)",
        "agent.delete()",
        "calls = models.Call.objects\ncalls.filter(leg=leg).update(state='ended')",
        "await call.asave()",
        "agent.serves.add(authority)",
        "authority.members.clear()",
        "cursor.execute('INSERT INTO calls_call VALUES (1)')",
        "STORE = 'update calls_call set leg = 1'",
        "cursor.execute(f'DELETE FROM {table}')",
    ],
)
def test_every_form_of_writing_is_seen(source: str) -> None:
    assert list(writes_in(ast.parse(source)))


@pytest.mark.parametrize("source", ["seen.add(leg)", "self._wake.set()", "'The update of sets'", "calls.filter()"])
def test_what_writes_nothing_is_let_be(source: str) -> None:
    assert not list(writes_in(ast.parse(source)))


def writes_in(tree: ast.AST) -> Iterator[str]:
    """Everything that may write a table: the ORM's methods whatever they are called on, relations, and SQL."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name, value=receiver)):
                of_relation = isinstance(receiver, ast.Attribute) and receiver.attr in relations_to_many()
                if name in WRITES or (name in RELATION_WRITES and of_relation):
                    yield ast.unparse(node.func)
            case ast.Constant(value=str(text)) if WRITING_SQL.search(text):
                yield " ".join(text.split())[:40]


@cache
def relations_to_many() -> frozenset[str]:
    """The names under which rows have many others: `agent.serves`, `authority.members`."""
    return frozenset(
        field.get_accessor_name() if field.auto_created else field.name
        for model in apps.get_models()
        if model.__module__.startswith("tocsin.")
        for field in model._meta.get_fields()
        if field.one_to_many or field.many_to_many
    )
