"""The only writer of calls: what agents and coordinators ask, telephones, notes, topics, what was decided,
forgetting."""

from tocsin.calls.actions.broadcasts import broadcast, read_broadcast
from tocsin.calls.actions.decisions import decide_and_record, record_pulse
from tocsin.calls.actions.desk import ask, ask_coordinator, call_outside, pass_on, write_note
from tocsin.calls.actions.directory import add_outside_number, remove_outside_number
from tocsin.calls.actions.forgetting import drop_set_aside, forget_callers
from tocsin.calls.actions.help import ask_for_help, come_to_help, end_help
from tocsin.calls.actions.line_orders import give_call, lower_call, move_call, raise_call
from tocsin.calls.actions.questions import answer_as_agent, answer_question, claim_question, give_back_question
from tocsin.calls.actions.sms import send_next_sms
from tocsin.calls.actions.supervision import change_hearing, dismiss, hear, record
from tocsin.calls.actions.tapes import delete_tape, delete_tapes, keep_tapes
from tocsin.calls.actions.telephones import call_agent, dismiss_agents, end_logins, issue_login, keep_own_number
from tocsin.calls.actions.text_callers import ask_for_text, end_text, remove_text_caller, send_text
from tocsin.calls.actions.topics import add_topics, rename_topic, retire_topic
from tocsin.calls.actions.treatment import remark, treat_caller

__all__ = [
    "add_outside_number",
    "add_topics",
    "answer_as_agent",
    "answer_question",
    "ask",
    "ask_coordinator",
    "ask_for_help",
    "ask_for_text",
    "broadcast",
    "call_agent",
    "call_outside",
    "change_hearing",
    "claim_question",
    "come_to_help",
    "decide_and_record",
    "delete_tape",
    "delete_tapes",
    "dismiss",
    "dismiss_agents",
    "drop_set_aside",
    "end_help",
    "end_logins",
    "end_text",
    "forget_callers",
    "give_back_question",
    "give_call",
    "hear",
    "issue_login",
    "keep_own_number",
    "keep_tapes",
    "lower_call",
    "move_call",
    "pass_on",
    "raise_call",
    "read_broadcast",
    "record",
    "record_pulse",
    "remark",
    "remove_outside_number",
    "remove_text_caller",
    "rename_topic",
    "retire_topic",
    "send_next_sms",
    "send_text",
    "treat_caller",
    "write_note",
]
