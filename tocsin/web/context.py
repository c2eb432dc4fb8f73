"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from tocsin.web.languages import offered


def page(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, which every page then says, and the languages to choose from."""
    return {"demo": settings.DEMO, "languages": offered(request)}
