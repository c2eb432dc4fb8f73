"""The only writer of activations: ordered, opened, spoken for, closed; the switchboard is told each time."""

from tocsin.activations.actions.hearing import change_hearing_terms
from tocsin.activations.actions.incidents import change_name
from tocsin.activations.actions.languages import add_language, remove_language
from tocsin.activations.actions.opening import confirm_closed, confirm_open, order_closing, order_opening
from tocsin.activations.actions.running import change_queue_limit, change_requirement, change_target
from tocsin.activations.actions.words import (
    change_front_message,
    change_keypad_answer,
    change_news,
    change_sms,
    change_survey,
    remove_keypad_answer,
)

__all__ = [
    "add_language",
    "change_front_message",
    "change_hearing_terms",
    "change_keypad_answer",
    "change_name",
    "change_news",
    "change_queue_limit",
    "change_requirement",
    "change_sms",
    "change_survey",
    "change_target",
    "confirm_closed",
    "confirm_open",
    "order_closing",
    "order_opening",
    "remove_keypad_answer",
    "remove_language",
]
