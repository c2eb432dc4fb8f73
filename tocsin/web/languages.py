"""Which language a page is in: that of whoever is signed in, and before that the browser's; both can be chosen."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tocsin.authorities.actions import choose_language
from tocsin.web.guards import for_everybody


def offered(request: HttpRequest) -> list[tuple[str, str]]:
    """The languages that the page can be in, by code and as each calls itself."""
    guard = getattr(request.resolver_match and request.resolver_match.func, "guard", None)
    # Nobody is known yet where a request is refused before the session is read.
    is_inside = hasattr(request, "user") and request.user.is_authenticated and guard != "everybody"
    return settings.INSIDE_LANGUAGES if is_inside else settings.LANGUAGES


# Without a token: signing in changes it, and public pages stay open meanwhile. Another site could at most have
# our pages shown to somebody in another language, and a person's own is safe: the session is not sent along.
@for_everybody
@csrf_exempt
@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """Show pages in another language from now on, in this browser and, once signed in, wherever the person is."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.INSIDE_LANGUAGES):
        choose_language(person=request.user, language=language, at=timezone.now())
    return set_language(request)
