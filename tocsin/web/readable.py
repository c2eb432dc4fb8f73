"""Refuses what no field of the database can hold, in one place rather than in every view."""

from collections.abc import Iterator

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import bad_request

# PostgreSQL's texts have no place for it (its documentation, section 8.3), and no browser sends it.
NUL = "\0"


class Readable(MiddlewareMixin):
    """Answers a request with a NUL character in its address, cookies or fields with 400."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        if any(NUL in text for text in _texts(request)):
            return bad_request(request, SuspiciousOperation("NUL"))
        return None


def _texts(request: HttpRequest) -> Iterator[str]:
    yield request.path_info
    yield from request.COOKIES.values()
    for fields in (request.GET, request.POST):
        for name, values in fields.lists():
            yield name
            yield from values
