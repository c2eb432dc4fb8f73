"""The only writer of calls: what agents ask, telephones, notes, topics, what was decided, forgetting."""

from tocsin.calls.actions.decisions import decide_and_record, record_pulse
from tocsin.calls.actions.desk import ask, write_note
from tocsin.calls.actions.forgetting import drop_set_aside, forget_callers
from tocsin.calls.actions.telephones import dismiss_agents, end_logins, issue_login
from tocsin.calls.actions.topics import add_topics, rename_topic, retire_topic

__all__ = [
    "add_topics",
    "ask",
    "decide_and_record",
    "dismiss_agents",
    "drop_set_aside",
    "end_logins",
    "forget_callers",
    "issue_login",
    "record_pulse",
    "rename_topic",
    "retire_topic",
    "write_note",
]
