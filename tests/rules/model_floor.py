"""The lines and the agents of the random model, as its histories begin."""

from datetime import UTC, datetime, time, timedelta

from tocsin.activations.rules import Hours, Requirement, Stream, Tapes, VoiceQuestions
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.incidents import on_one_number
from tocsin.calls.rules.script import FrontWords, KeypadAnswer, Script
from tocsin.calls.rules.survey_words import Wording
from tocsin.workforce.rules import AgentState

BEGIN = datetime(2026, 3, 7, tzinfo=UTC)
AGENTS = (1, 2, 3, 4)
# What is open, and those of them that are on one number, by activation.
ACTIVATIONS = range(1, 8)
INCIDENTS = (5, 6)
# The nodes of the switch, with which the names of the legs of each begin.
CALLERS_NODE, AGENTS_NODE = "c", "a"
NODES = frozenset({CALLERS_NODE, AGENTS_NODE})


def floor_at_the_begin() -> Floor:
    """Four agents who are away, and a line of each kind."""
    full = Script(
        1,
        1,
        ("nl", "fr"),
        exercise=False,
        front={"nl": FrontWords("Blijf binnen.")},
        news={"nl": FrontWords("Meer om acht uur.", since=BEGIN)},
        answers={"nl": (KeypadAnswer(1, "3", "Waar?", "Hier."),)},
        streams=(Stream.D5, Stream.D2),
        requirement=Requirement(language_level=2, relaxed_after=timedelta(seconds=60)),
    )
    # On this number a caller is in line at once: most of what can go wrong happens from there on.
    # They are asked at the end how it was.
    survey = {"nl": Wording(1, "Hoe was het?")}
    questions = VoiceQuestions(1, days=30)
    short = Script(2, 1, ("nl",), exercise=False, call_backs=True, survey=survey, voice_questions=questions)
    # Here callers are asked whether they agree to be recorded, and then in line.
    taped = Script(
        4,
        1,
        ("nl",),
        exercise=False,
        tapes=Tapes(1, {"nl": "Wij nemen op."}),
        streams=(Stream.D5, Stream.D2),
        survey=survey,
    )
    # Another authority's, whose agents are others but for one.
    others = Script(3, 2, ("nl",), exercise=False)
    # On this number two authorities have something open each, and callers choose.
    flood = Script(5, 1, ("nl", "fr"), exercise=False, names={"nl": "De vloed.", "fr": "Les eaux."})
    fire = Script(6, 2, ("nl",), exercise=False, call_backs=True, key=2, names={"nl": "De brand."})
    # This one closes now and then, and callers are called back when it opens.
    stretches = tuple(
        Hours(day, time(*start), time(*until))
        for day in range(7)
        for start, until in (((0, 0), (0, 10)), ((0, 20), (0, 40)), ((1, 0), (12, 0)))
    )
    by_hours = Script(
        7, 1, ("nl",), exercise=False, call_backs=True, hours=stretches, sms={"nl": "rivaal.example"}
    )
    languages = {1: {"nl": 1}, 2: {"nl": 2, "fr": 3}, 3: {"fr": 1}, 4: {"nl": 2}}
    skills = {2: {Stream.D2: 1}, 3: {Stream.D2: 1}}
    serves = {1: {1}, 2: {1, 2}, 3: {1}, 4: {2}}
    return Floor(
        lines={
            "1771": full,
            "1772": short,
            "1773": others,
            "1774": taped,
            "1775": on_one_number((flood, fire)),
            "1776": by_hours,
        },
        agents={
            key: Agent(
                id=key,
                languages=languages[key],
                skills=skills.get(key, {}),
                authorities=frozenset(serves[key]),
                state=AgentState.SIGNED_OUT,
                since=BEGIN,
                idle_since=BEGIN,
            )
            for key in AGENTS
        },
        logins={f"agent{key}": key for key in AGENTS},
        nodes=NODES,
    )
