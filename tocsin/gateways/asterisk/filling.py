"""Templates of configuration files in which `@{name}` is filled in; their own `${name}` stays as it is."""

from functools import cache
from importlib.resources import files
from string import Template


class _ConfigurationTemplate(Template):
    delimiter = "@"


@cache
def _template(package: str, name: str) -> _ConfigurationTemplate:
    return _ConfigurationTemplate((files(package) / "templates" / name).read_text("utf-8"))


def filled(package: str, template: str, /, **values: object) -> str:
    """A template of a package with all its values; raises KeyError where one is missing."""
    return _template(package, template).substitute(values)
