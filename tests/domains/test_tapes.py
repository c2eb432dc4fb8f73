"""Tapes: recorded where the caller agreed, and kept apart by stream behind the wall."""

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.domains.taped import change, keep_row, row, sound, terms_of, train
from tests.switchboards import Speech, call, in_thread, play, sign_in, state_of, switchboard, until
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, HearingTerms
from tocsin.activations.rules import State, Stream, spoken_name
from tocsin.authorities.actions import acting_as_centre, viewing
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.actions.tapes import FILE_APPEARS, file_of
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, LineOrder, Tape
from tocsin.calls.ports import SupervisorVerb, Verb
from tocsin.calls.queries.tapes import stuck_tapes
from tocsin.calls.rules.hearing_words import AGREE, MAY_BE_HEARD
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


@pytest.mark.django_db
def test_an_officer_says_on_what_basis_conversations_are_recorded_and_the_switchboard_loads_it(
    fire: Activation, dirk: Person
) -> None:
    change(fire, dirk)
    (script,) = memory.load_scripts(State.OPEN).values()
    assert script.tapes
    assert script.tapes.notices == {"nl": "Wij nemen op voor de opleiding."}
    assert not script.tells_hearing
    noted = Line.objects.get(kind="activation.hearing_terms_changed")
    assert (noted.by, noted.facts["article"]) == (dirk, "GDPR, article 6(1)(a)")
    change(fire, dirk, records=False, tells_hearing=True)
    (script,) = memory.load_scripts(State.OPEN).values()
    assert (script.tapes, script.tells_hearing) == (None, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "missing", [{"basis": " "}, {"article": ""}, {"notices": {}}, {"days": 0}, {"days": 4000}]
)
def test_nothing_is_recorded_without_basis_notice_or_end(
    fire: Activation, dirk: Person, missing: dict[str, object]
) -> None:
    with pytest.raises(Refusal):
        change(fire, dirk, **missing)
    assert not HearingTerms.objects.exists()


@pytest.mark.django_db
def test_a_coordinator_does_not_have_conversations_recorded(fire: Activation, carl: Person, otto: Person) -> None:
    for person in (carl, otto):
        with pytest.raises(Refusal):
            change(fire, person)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("agrees", [True, False])
def test_who_agrees_is_recorded_and_who_does_not_is_not(fire: Activation, ann: Agent, *, agrees: bool) -> None:
    terms_of(fire, tells_hearing=True)
    speech = Speech()

    async def story() -> None:
        switch = switch_that_waits_for_the_key()
        async with switchboard(switch, speech):
            leg = await answered(switch, ann, agrees=agrees)
            await in_thread(lambda: actions.ask(agent=ann, verb=Verb.HANG_UP, call=leg, at=datetime.now(UTC)))
            await until(lambda: state_of(leg) == "ended")
            if agrees:
                await until(lambda: row(f"{leg}-tape-1").whole)

    play(story)
    made = Call.objects.get()
    assert made.agrees is agrees
    with acting_as_centre():
        assert Tape.objects.count() == (1 if agrees else 0)
    assert {("nl", "Wij nemen op."), ("nl", AGREE["nl"]), ("nl", MAY_BE_HEARD["nl"])} <= set(speech.said)
    assert spoken_name("nl", AGREE["nl"])


@pytest.mark.django_db(transaction=True)
def test_where_the_disk_is_full_the_tape_ends_and_the_conversation_goes_on(fire: Activation, ann: Agent) -> None:
    terms_of(fire)

    async def story() -> None:
        switch = switch_that_waits_for_the_key()
        switch.refuse_tapes()
        async with switchboard(switch):
            leg = await answered(switch, ann, agrees=True)
            await until(lambda: Call.objects.get(pk=leg).taping == "failed")
            assert await in_thread(lambda: state_of(leg)) == "talking"
            assert (await in_thread(lambda: row(f"{leg}-tape-1"))).whole is False

    play(story)
    assert Line.objects.filter(kind="tape.not_whole").count() == 1


def switch_that_waits_for_the_key() -> RehearsalSwitch:
    """A switch on which callers are asked to agree until a key is pressed."""
    return RehearsalSwitch(endless=[spoken_name("nl", AGREE["nl"])])


async def answered(switch: RehearsalSwitch, agent: Agent, *, agrees: bool) -> str:
    """A caller presses a key where asked to agree, and an agent answers."""
    await sign_in(switch, agent, session="s")
    leg = call(switch)
    await until(lambda: state_of(leg) == "choosing")
    switch.press(leg, key="1" if agrees else "2")
    await until(lambda: state_of(leg) == "offered")
    await in_thread(lambda: actions.ask(agent=agent, verb=Verb.ACCEPT, call=leg, at=datetime.now(UTC)))
    await until(lambda: state_of(leg) == "talking")
    return leg


@pytest.mark.django_db
def test_a_switchboard_that_begins_knows_which_tapes_ran(fire: Activation, ann: Agent) -> None:
    keep_row(fire, ann, "c1-tape-1", ended_at=None, whole=None, stream="d2")
    keep_row(fire, ann, "c2-tape-1")
    known = memory.load_tapes()
    assert list(known) == ["c1"]
    assert (known["c1"].name, known["c1"].stream) == ("c1-tape-1", Stream.D2)


@pytest.mark.django_db
def test_tapes_are_kept_apart_by_stream_and_for_their_owner_alone(
    folders: Path, fire: Activation, ann: Agent
) -> None:
    for name, stream in (("c1-tape-1", "d5"), ("c2-tape-1", "d2")):
        keep_row(fire, ann, name, stream=stream)
    sounds = {name: sound(folders, name) for name in ("c1-tape-1", "c2-tape-1")}
    assert actions.keep_tapes(at=NOON + timedelta(minutes=3)) == 2
    for name, stream in (("c1-tape-1", "d5"), ("c2-tape-1", "d2")):
        kept = row(name)
        assert file_of(kept) == folders / "kept" / stream / str(fire.pk) / f"{name}.wav"
        assert file_of(kept).read_bytes() == sounds[name]
        assert kept.sha256 == hashlib.sha256(sounds[name]).hexdigest()
        assert (folders / "kept" / stream).stat().st_mode & 0o077 == 0
    assert list((folders / "tapes").iterdir()) == []
    assert actions.keep_tapes(at=NOON + timedelta(minutes=4)) == 0


@pytest.mark.django_db
def test_a_tape_whose_end_nobody_heard_is_found_by_its_name(folders: Path, fire: Activation, ann: Agent) -> None:
    keep_row(fire, ann, "c1-tape-1", whole=None, seconds=None)
    sound(folders, "c1-tape-1", seconds=7)
    ended = row("c1-tape-1").ended_at
    assert ended
    assert actions.keep_tapes(at=ended + FILE_APPEARS) == 0, "it may still be written"
    assert actions.keep_tapes(at=ended + FILE_APPEARS + timedelta(seconds=1)) == 1
    assert row("c1-tape-1").seconds == 7


@pytest.mark.django_db
def test_a_tape_without_a_file_is_said_to_be_lost(folders: Path, fire: Activation, ann: Agent) -> None:
    keep_row(fire, ann, "c1-tape-1", whole=None, seconds=None)
    assert actions.keep_tapes(at=NOON + timedelta(hours=1)) == 0
    assert (row("c1-tape-1").whole, row("c1-tape-1").sha256) == (False, "")
    assert Line.objects.get(kind="tape.lost").facts["tape"] == "c1-tape-1"


@pytest.mark.django_db
def test_an_empty_file_is_kept_as_not_whole_and_keeps_no_other_back(
    folders: Path, fire: Activation, ann: Agent
) -> None:
    for later, name in enumerate(("c1-tape-1", "c2-tape-1", "c3-tape-1")):
        keep_row(fire, ann, name, began_at=NOON + timedelta(seconds=later), whole=None, seconds=None)
        sound(folders, name)
    (folders / "tapes" / "c2-tape-1.wav").write_bytes(b"")
    assert actions.keep_tapes(at=NOON + timedelta(hours=1)) == 3
    assert [row(name).seconds for name in ("c1-tape-1", "c2-tape-1", "c3-tape-1")] == [2, None, 2]
    assert row("c2-tape-1").whole is False
    assert Line.objects.get(kind="tape.not_whole").facts["tape"] == "c2-tape-1"


@pytest.mark.django_db
def test_a_sweep_that_was_killed_after_a_move_is_finished_by_the_next(
    folders: Path, fire: Activation, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("c1-tape-1", "c2-tape-1")
    for later, name in enumerate(names):
        keep_row(fire, ann, name, began_at=NOON + timedelta(seconds=later))
    digests = [hashlib.sha256(sound(folders, name)).hexdigest() for name in names]

    def move_the_second_and_die(source: Path, target: Path) -> None:
        source.rename(target)
        if source.stem == names[1]:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shutil, "move", move_the_second_and_die)
        actions.keep_tapes(at=NOON + timedelta(minutes=3))
    assert list((folders / "tapes").iterdir()) == []
    assert [row(name).sha256 for name in names] == [digests[0], ""]
    assert actions.keep_tapes(at=NOON + timedelta(hours=1)) == 1
    assert [row(name).sha256 for name in names] == digests
    assert [row(name).whole for name in names] == [True, True]
    assert not Line.objects.filter(kind="tape.lost").exists()


@pytest.mark.django_db
def test_a_tape_that_cannot_be_kept_keeps_no_other_back_is_told_and_tried_again(
    folders: Path, fire: Activation, ann: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    for later, (name, stream) in enumerate((("c1-tape-1", "d2"), ("c2-tape-1", "d5"))):
        keep_row(fire, ann, name, began_at=NOON + timedelta(seconds=later), stream=stream)
        sound(folders, name)
    in_the_way = folders / "kept" / "d2"
    in_the_way.parent.mkdir()
    in_the_way.touch()
    assert actions.keep_tapes(at=NOON + timedelta(minutes=3)) == 1
    assert (row("c1-tape-1").kept_at, bool(row("c2-tape-1").kept_at)) == (None, True)
    assert "The recording c1-tape-1 cannot be kept" in caplog.text
    assert stuck(at=NOON + timedelta(minutes=3)) == (0, 0), "a minute later it may well be kept"
    assert stuck(at=NOON + timedelta(hours=1)) == (1, 0)
    in_the_way.unlink()
    assert actions.keep_tapes(at=NOON + timedelta(hours=1)) == 1
    assert stuck(at=NOON + timedelta(hours=2)) == (0, 0)


def stuck(*, at: datetime) -> tuple[int, int]:
    with acting_as_centre():
        return stuck_tapes(at=at)


@pytest.mark.django_db
def test_without_a_viewer_no_tape_is_there(fire: Activation, ann: Agent) -> None:
    keep_row(fire, ann, "c1-tape-1")
    assert not Tape.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("own", "streams", "seen"),
    [
        (True, ["d5"], {"c1-tape-1"}),
        (True, ["d2"], {"c2-tape-1"}),
        (True, ["d2", "d5"], {"c1-tape-1", "c2-tape-1"}),
        (True, [], set()),
        (False, ["d2", "d5"], set()),
    ],
)
def test_only_those_of_the_authority_and_the_stream_are_seen(
    fire: Activation,
    ann: Agent,
    carl: Person,
    elsewhere: Authority,
    *,
    own: bool,
    streams: list[str],
    seen: set[str],
) -> None:
    keep_row(fire, ann, "c1-tape-1")
    keep_row(fire, ann, "c2-tape-1", stream="d2")
    authority = fire.authority_id if own else elsewhere.pk
    with viewing(person=carl, authorities=[authority], purpose="a test", subject="x", at=NOON, streams=streams):
        assert set(Tape.objects.values_list("name", flat=True)) == seen


@pytest.mark.django_db
def test_the_wall_also_keeps_from_writing(fire: Activation, ann: Agent) -> None:
    keep_row(fire, ann, "c1-tape-1")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM calls_tape")
        assert cursor.rowcount == 0


@pytest.mark.django_db
def test_victims_and_relatives_are_recorded_for_a_coordinator_trained_for_them_and_spared_for_any(
    fire: Activation, ann: Agent, carl: Person
) -> None:
    keep_row(fire, ann, "c1-tape-1", stream="d2")
    made = Call.objects.get(pk="c1")
    made.agrees, made.stream = True, Stream.D2
    asked = {"call": made, "by": carl, "why": "A complaint", "at": NOON}
    with pytest.raises(Refusal, match="trained"):
        actions.record(verb=SupervisorVerb.TAPE, **asked)  # type: ignore[arg-type]
    assert not LineOrder.objects.exists()
    actions.record(verb=SupervisorVerb.STOP_TAPE, **asked)  # type: ignore[arg-type]
    train(carl)
    actions.record(verb=SupervisorVerb.TAPE, **asked)  # type: ignore[arg-type]
    assert [order.verb for order in LineOrder.objects.order_by("id")] == ["stop_tape", "tape"]
