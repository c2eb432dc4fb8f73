"""Personal records are behind row-level security, and nobody writes tables but actions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

PACKAGE = Path(__file__).resolve().parents[2] / "tocsin"
WRITES = frozenset({"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"})
QUERYSET_WRITES = frozenset({"update", "delete"})


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


def test_only_actions_write() -> None:
    # Django's own way to make a person is a method of their manager.
    exceptions = {Path("accounts/models.py")}
    written = {
        f"{source}: {found}"
        for source in (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
        if not {"actions", "migrations"} & set(source.with_suffix("").parts) and source not in exceptions
        for found in writes_in(ast.parse((PACKAGE / source).read_text()))
    }
    assert written == set()


def writes_in(tree: ast.AST) -> Iterator[str]:
    """Calls that write through the ORM: on a manager, on related sets, or on a row."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        target = ast.unparse(node.func.value)
        if node.func.attr in WRITES | QUERYSET_WRITES and (".objects" in target or target.endswith("_set")):
            yield f"line {node.lineno}: {ast.unparse(node.func)}"
