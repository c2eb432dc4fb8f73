"""Which incident a call is about, where several are open on one number.

Until the caller chose, the call belongs to the one that is taken for who presses nothing: the oldest that takes
calls. With one on the number nothing is asked, and everything here answers with that one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tocsin.calls.rules import hours, incident_words
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, Rank
from tocsin.calls.rules.treatment import Treatment

# Why a step is in the journal that is no transition: the last of the call with the incident that was not meant.
CHOSE_ANOTHER = "chose another incident"


def on_one_number(scripts: Iterable[Script]) -> Script:
    """What is open on a number: the first by key, with the others beside it."""
    first, *others = sorted((replace(script, beside=()) for script in scripts), key=lambda script: script.key)
    return replace(first, beside=tuple(others))


def merged(*lines: Mapping[str, Script]) -> dict[str, Script]:
    """What is open on each number, by any of these; of one activation in several of them, the first counts."""
    found: dict[str, dict[int, Script]] = {}
    for number, line in (item for each in lines for item in each.items()):
        for script in line.incidents:
            found.setdefault(number, {}).setdefault(script.activation, script)
    return {number: on_one_number(scripts.values()) for number, scripts in found.items()}


def without(lines: Mapping[str, Script], activation: int) -> dict[str, Script]:
    """What is open on each number when an activation is not any more."""
    left = {
        number: [each for each in line.incidents if each.activation != activation]
        for number, line in lines.items()
    }
    return {number: on_one_number(scripts) for number, scripts in left.items() if scripts}


def closed_for_good(floor: Floor, activation: int) -> Floor:
    """The floor when an activation is closed: where nothing else is on its number, callers are told so.

    Not of an exercise where a real one was closed before it: people call for that.
    """
    lines, closed = without(floor.lines, activation), dict(floor.closed)
    for number in floor.lines.keys() - lines.keys():
        last, before = floor.lines[number], closed.get(number)
        if before is None or before.exercise or not last.exercise:
            closed[number] = last
    return replace(floor, lines=lines, closed=closed)


def taking(line: Script, *, now: datetime) -> list[Script]:
    """Those on a number that take calls now, the oldest first; each alone."""
    found = (replace(script, beside=()) for script in line.incidents if script.takes_calls(now))
    return sorted(found, key=lambda script: script.activation)


def arrived_at(line: Script | None, *, last: LastCall | None, now: datetime) -> Script | None:
    """What a caller who arrives on a number belongs to, with what they are to choose from beside it; where nothing
    takes calls, what turns the caller away. Who had come to a place in line is about the same as then."""
    if line is None or not line.beside:
        return line
    open_now = taking(line, now=now)
    if not open_now:
        return closed_door(line, now=now)
    if last and last.had_place and (same := [each for each in open_now if each.activation == last.activation]):
        return same[0]
    return replace(open_now[0], beside=tuple(open_now[1:]))


def closed_door(line: Script, *, now: datetime) -> Script:
    """Nothing on the number takes calls: told in the languages of all, and of the one that opens first."""
    opens = {script.activation: hours.opens_at(script, now=now) or now for script in line.incidents}
    script = min(line.incidents, key=lambda each: (not each.accepts, opens[each.activation], each.activation))
    return replace(script, languages=languages_of((script, *line.incidents)), beside=())


def languages_of(scripts: Iterable[Script]) -> tuple[str, ...]:
    """The languages of several, in the order of their keys: those of the first, and what others have beside."""
    return tuple(dict.fromkeys(language for script in scripts for language in script.languages))


def menu(floor: Floor, call: Call, *, now: datetime) -> Script:
    """What a caller belongs to, with the others on the number that take calls beside it, and the languages of all:
    for the language menu."""
    script, line = floor.script_of(call), floor.lines[call.number]
    if script is None or not line.beside:
        return line
    others = tuple(each for each in taking(line, now=now) if each.activation != script.activation)
    return replace(script, languages=languages_of((script, *others)), beside=others)


def offered(floor: Floor, call: Call, *, language: str, now: datetime) -> list[Script]:
    """What a caller in a language may choose among, the oldest first: elsewhere they could not be served."""
    line = floor.lines.get(call.number)
    return _in_language(taking(line, now=now), language) if line else []


def _in_language(scripts: Iterable[Script], language: str) -> list[Script]:
    return [script for script in scripts if language in script.languages]


def hints(floor: Floor, call: Call, script: Script, *, language: str) -> tuple[str, ...]:
    """The recordings for a caller who called before and is asked nothing: how to have something else."""
    another = incident_words.another(language) if floor.lines[call.number].beside else ()
    return another + words.hints(script, language, heard_before=call.heard_before)


def fallback(line: Script, *, now: datetime) -> tuple[str, ...]:
    """The recordings for callers whom the switchboard cannot take: in each language all incidents that have it."""
    open_now = taking(line, now=now)
    if len(open_now) < 2:
        script = open_now[0] if open_now else closed_door(line, now=now) if line.beside else line
        return words.fallback(script, now=now)
    names: list[str] = []
    for language in languages_of(open_now):
        for script in _in_language(open_now, language):
            names += [*incident_words.name(script, language), *words.words_of_fallback(script, language)]
        names += words.stay(language)
    return tuple(names)


def is_about(last: LastCall, script: Script) -> bool:
    """Whether the last call was about what a caller who arrives belongs to, and they need not choose."""
    return last.activation == script.activation and not script.beside


def enter(draft: Draft, call: Call, script: Script) -> Call:
    """The call as one about this incident. Where it was about another, the journal of that has the last of it, and
    what was kept or agreed to for it is not any more."""
    if script.activation == call.activation:
        return call
    if call.leg in draft.calls:
        draft.note(call, why=CHOSE_ANOTHER)
    return replace(
        call,
        activation=script.activation,
        authority=script.authority,
        # Out of the fallback somebody may come with a language that is spoken for what has closed meanwhile.
        language=call.language if call.language in script.languages else script.languages[0],
        rank=rank_in(script, call.treated),
        place_since=None,
        known_to=None,
        heard_before=False,
        agrees=None,
        terms=None,
    )


def rank_in(script: Script, treated: Mapping[int, Treatment]) -> Rank:
    """Where a caller stands in line who is treated so, by activation."""
    return Rank.LAST if treated.get(script.activation) is Treatment.LAST else Rank.ORDINARY


def is_told(script: Script, treated: Mapping[int, Treatment]) -> bool:
    """Whether a caller who is treated so is told that the call is not taken."""
    return treated.get(script.activation) is Treatment.TOLD
