"""The form of an order, filled in, and what a page says next to a field."""

import re
from typing import Any

from tocsin.activations.rules import SPOKEN_LANGUAGES
from tocsin.authorities.models import Authority

ORDER = "/console/open/rivaal/real/"


def filled(authority: Authority, **changes: Any) -> dict[str, Any]:
    """The order as the form first shows it, with a title."""
    number = authority.numbers.get()
    fields: dict[str, Any] = {
        "title": "Rook boven de haven",
        "number": number.pk,
        "streams": "d5",
        "call_backs": "by_agents",
        "opening": "always",
    }
    for code in SPOKEN_LANGUAGES:
        fields |= {f"key_{code}": "", f"text_{code}": f"Bericht ({code})."}
    return fields | {"key_nl": "1", "key_fr": "2"} | changes


def errors_next_to(page: str, field: str) -> list[str]:
    """What stands next to a field."""
    found = re.search(rf'<ul class="errors" id="id_{field}_error">(.*?)</ul>', page)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []
