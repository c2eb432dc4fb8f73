"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - a context processor takes the request
    """Whether this is a demonstration, which every page then says."""
    return {"demo": settings.DEMO}
