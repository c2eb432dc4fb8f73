"""Telephone numbers from the trunk: E.164 inwards, unknown as empty, hashed for counting."""

import hashlib
import hmac
import re

import phonenumbers


def caller_number(raw: str, *, region: str) -> str:
    """The E.164 form of a caller's number as the trunk gave it; empty where hidden or not a number.

    `region` is the ISO 3166 country in which a national number is meant.

    >>> caller_number("0477123456", region="BE")
    '+32477123456'
    >>> caller_number("anonymous", region="BE")
    ''
    """
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def caller_mark(number: str, *, key: str) -> str:
    """A keyed hash that tells callers apart without telling who they are; empty for a hidden number."""
    if not number:
        return ""
    return hmac.new(key.encode(), number.encode(), hashlib.sha256).hexdigest()[:32]


def may_be_dialled(number: str) -> bool:
    """Whether this is E.164 or a short number such as 112, and nothing that a switch could read as something else.

    >>> may_be_dialled("+32470112233"), may_be_dialled("112"), may_be_dialled("112@elsewhere")
    (True, True, False)
    """
    return re.fullmatch(r"\+?[0-9]{2,15}", number) is not None
