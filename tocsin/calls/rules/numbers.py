"""Telephone numbers from the trunk: E.164 inwards, unknown as empty, hashed for counting."""

import hashlib
import hmac
import re
from collections.abc import Callable

import phonenumbers

_DEAR = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
}


def caller_number(raw: str, *, region: str) -> str:
    """The E.164 form of a caller's number as the trunk gave it; empty where hidden or not a number.

    `region` is the ISO 3166 country in which a national number is meant.

    >>> caller_number("0477123456", region="BE")
    '+32477123456'
    >>> caller_number("anonymous", region="BE")
    ''
    """
    return _e164(raw, region=region, may_be=phonenumbers.is_possible_number)


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


def callable_number(raw: str, *, region: str) -> str:
    """The E.164 form of a number at which somebody can be called back; empty where nobody should be.

    Not a short number, nor one that costs more than a call: those are dialled by nobody's keypad.

    >>> callable_number("0470112233", region="BE")
    '+32470112233'
    >>> [callable_number(raw, region="BE") for raw in ("112", "0900 12345", "0470", "")]
    ['', '', '', '']
    """
    return _e164(raw, region=region, may_be=_is_valid_and_cheap)


def agents_number(raw: str, *, region: str) -> str:
    """The E.164 form of a number at which an agent can be called; empty where nobody should be.

    As one to be called back at, and of the country itself: it is called for as long as the agent works.

    >>> agents_number("0470112233", region="BE"), agents_number("+33612345678", region="BE")
    ('+32470112233', '')
    """
    number = callable_number(raw, region=region)
    home = phonenumbers.country_code_for_region(region)
    return number if number and phonenumbers.parse(number).country_code == home else ""


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 may be a mobile telephone's; of some countries' numbers nobody can tell.

    >>> is_mobile("+32470112233"), is_mobile("+3222345678"), is_mobile("")
    (True, False, False)
    """
    if not number:
        return False
    kinds = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return phonenumbers.number_type(phonenumbers.parse(number)) in kinds


def digits_to_say(number: str, *, region: str) -> tuple[str, ...]:
    """The digits of a number in E.164 as they are dialled in a country.

    >>> "".join(digits_to_say("+32470112233", region="BE"))
    '0470112233'
    >>> "".join(digits_to_say("+33612345678", region="BE"))
    '0033612345678'
    """
    said = phonenumbers.format_out_of_country_calling_number(phonenumbers.parse(number), region)
    return tuple(character for character in said if character.isdigit())


def _is_valid_and_cheap(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) not in _DEAR


def _e164(raw: str, *, region: str, may_be: Callable[[phonenumbers.PhoneNumber], bool]) -> str:
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if may_be(number) else ""
