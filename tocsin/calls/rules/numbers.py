"""Telephone numbers from the trunk: E.164 inwards, unknown as empty, hashed for counting."""

import hashlib
import hmac
import re

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


def callable_number(raw: str, *, region: str) -> str:
    """The E.164 form of a number at which somebody can be called back; empty where nobody should be.

    Not a short number, nor one that costs more than a call: those are dialled by nobody's keypad.

    >>> callable_number("0470112233", region="BE")
    '+32470112233'
    >>> [callable_number(raw, region="BE") for raw in ("112", "0900 12345", "0470", "")]
    ['', '', '', '']
    """
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return ""
    dear = phonenumbers.number_type(number) in _DEAR
    if dear or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def digits_to_say(number: str, *, region: str) -> tuple[str, ...]:
    """The digits of a number in E.164 as they are dialled in a country.

    >>> "".join(digits_to_say("+32470112233", region="BE"))
    '0470112233'
    >>> "".join(digits_to_say("+33612345678", region="BE"))
    '0033612345678'
    """
    said = phonenumbers.format_out_of_country_calling_number(phonenumbers.parse(number), region)
    return tuple(character for character in said if character.isdigit())
