"""The only writer of calls: what agents and coordinators ask, telephones, notes, topics, what was decided,
forgetting."""

from tocsin.calls.actions.broadcasts import broadcast, read_broadcast
from tocsin.calls.actions.decisions import decide_and_record, record_pulse
from tocsin.calls.actions.desk import ask, write_note
from tocsin.calls.actions.forgetting import drop_set_aside, forget_callers
from tocsin.calls.actions.help import ask_for_help, come_to_help, end_help
from tocsin.calls.actions.line_orders import give_call, lower_call, move_call, raise_call
from tocsin.calls.actions.telephones import dismiss_agents, end_logins, issue_login
from tocsin.calls.actions.topics import add_topics, rename_topic, retire_topic

__all__ = [
    "add_topics",
    "ask",
    "ask_for_help",
    "broadcast",
    "come_to_help",
    "decide_and_record",
    "dismiss_agents",
    "drop_set_aside",
    "end_help",
    "end_logins",
    "forget_callers",
    "give_call",
    "issue_login",
    "lower_call",
    "move_call",
    "raise_call",
    "read_broadcast",
    "record_pulse",
    "rename_topic",
    "retire_topic",
    "write_note",
]
