"""Calls and what happened to them, notes, what agents asked, and the telephones that may register.

Personal data (the caller's number, notes) stand in tables of their own behind row-level security.
"""

from tocsin.calls.models.callers import Caller, Remark, Sms, TextCaller, Treatment
from tocsin.calls.models.journal import Call, CallStep
from tocsin.calls.models.notes import LONGEST_NOTE, LONGEST_TOPIC, Note, Topic
from tocsin.calls.models.orders import LONGEST_REASON, DeskOrder, LineOrder, Supervision
from tocsin.calls.models.outside import LONGEST_OUTSIDE_NAME, Consultation, OutsideNumber
from tocsin.calls.models.staff import LONGEST_BROADCAST, Broadcast, HelpStep
from tocsin.calls.models.tapes import LONGEST_NOTE_ON_QUESTION, DeletionCertificate, Tape
from tocsin.calls.models.telephones import Pulse, TelephoneLogin

__all__ = [
    "LONGEST_BROADCAST",
    "LONGEST_NOTE",
    "LONGEST_NOTE_ON_QUESTION",
    "LONGEST_OUTSIDE_NAME",
    "LONGEST_REASON",
    "LONGEST_TOPIC",
    "Broadcast",
    "Call",
    "CallStep",
    "Caller",
    "Consultation",
    "DeletionCertificate",
    "DeskOrder",
    "HelpStep",
    "LineOrder",
    "Note",
    "OutsideNumber",
    "Pulse",
    "Remark",
    "Sms",
    "Supervision",
    "Tape",
    "TelephoneLogin",
    "TextCaller",
    "Topic",
    "Treatment",
]
