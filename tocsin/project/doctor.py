"""`tocsin doctor`: what is wrong with this installation, and how to mend it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import click
import psycopg

from tocsin.calls.rules.retention import SET_ASIDE_KEPT
from tocsin.project.health import healths
from tocsin.project.instance import Instance, instance
from tocsin.project.postgres import LOG_WITHOUT_NUMBERS, serving
from tocsin.project.processes import command, surroundings
from tocsin.project.room import disk_in_the_way, megabytes_free, ports_in_the_way
from tocsin.project.telephony import present_engine
from tocsin.refusals import Refusal

CLOCK_MAY_DIFFER = timedelta(seconds=2)
SWEEPS_MAY_BE_LATE = timedelta(hours=2)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, or what is wrong and how to mend it."""

    about: str
    fine: bool
    words: str


def found(about: str, trouble: str, fine: str) -> Finding:
    """A finding that is fine where there is no trouble."""
    return Finding(about=about, fine=not trouble, words=trouble or fine)


def asked(instance: Instance, query: LiteralString, *facts: object) -> tuple[Any, ...]:
    """The one row that the database answers."""
    with psycopg.connect(instance.database_dsn, connect_timeout=5) as connection:
        row = connection.execute(query, facts).fetchone()
    assert row is not None  # noqa: S101 - what is asked here always has an answer
    return row


def look_at_python(instance: Instance) -> Finding:  # noqa: ARG001 - every look is called alike
    """The version that runs this."""
    version = sys.version.split()[0]
    supported = (3, 11) <= sys.version_info[:2] <= (3, 14)
    return found("python", "" if supported else f"{version} is not 3.11 to 3.14: install one of those", version)


def look_at_disk(instance: Instance) -> Finding:
    """Room to run."""
    return found("disk", disk_in_the_way(instance), f"{megabytes_free(instance.home)} MB free")


def look_at_parts(instance: Instance) -> Finding:
    """The parts, where they run; the ports that they need, where they do not."""
    parts = healths(instance)
    if all(part.state == "stopped" for part in parts):
        return found("ports", ports_in_the_way(instance), "free; Tocsin does not run now")
    ill = ", ".join(f"{part.part} {part.trouble}" for part in parts if part.trouble)
    trouble = f"{ill}: see {instance.home}/log, or stop Tocsin and start it again" if ill else ""
    return found("parts", trouble, f"{len(parts)} run and are healthy")


def look_at_engine(instance: Instance) -> Finding:
    """The telephone engine is there."""
    try:
        engine = present_engine(instance)
    except Refusal as refusal:
        return Finding(about="engine", fine=False, words=str(refusal))
    if engine is None:
        return Finding(about="engine", fine=True, words="none yet: `tocsin up` fetches it")
    return Finding(about="engine", fine=True, words=f"Asterisk {engine.version}")


def look_at_role(instance: Instance) -> Finding:
    """The role of the application is bound by row-level security."""
    name, unbound = asked(
        instance, "SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    trouble = f"{name} may read past row-level security: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS"
    return found("database role", trouble if unbound else "", f"{name} is bound by row-level security")


def look_at_log(instance: Instance) -> Finding:
    """The log of the database keeps no statement and no key of one that failed: callers' numbers are in them."""
    name, otherwise = asked(
        instance,
        "SELECT current_user, array_agg(name) FILTER (WHERE setting <> %s::jsonb ->> name) "
        "FROM pg_settings WHERE name = ANY (%s)",
        json.dumps(LOG_WITHOUT_NUMBERS),
        list(LOG_WITHOUT_NUMBERS),
    )
    mend = "; ".join(
        f"ALTER ROLE {name} SET {setting} = {value}" for setting, value in LOG_WITHOUT_NUMBERS.items()
    )
    trouble = f"callers' numbers may stand in it; as its administrator: {mend}" if otherwise else ""
    return found("database log", trouble, "keeps no caller's number")


def look_at_migrations(instance: Instance) -> Finding:
    """The database is at this version of the code."""
    check = command("manage", "migrate", "--check")
    outcome = subprocess.run(check, env=surroundings(instance), capture_output=True, text=True, check=False)
    trouble = "" if outcome.returncode == 0 else "not up to date with the code: run `tocsin db migrate`"
    return found("migrations", trouble, "all applied")


def look_at_clock(instance: Instance) -> Finding:
    """This machine and the database agree on the time."""
    (theirs,) = asked(instance, "SELECT clock_timestamp()")
    apart = abs(datetime.now(UTC) - theirs)
    trouble = f"{apart.total_seconds():.0f} s apart from the database: set both clocks by NTP"
    return found("clock", trouble if apart > CLOCK_MAY_DIFFER else "", "agrees with the database")


def look_at_retention(instance: Instance, *, now: datetime | None = None) -> Finding:
    """The sweeps forget what they have to, every hour; two are missed before it is a fault."""
    load_django()
    from django.conf import settings  # noqa: PLC0415 - all of these need Django
    from django.db import Error  # noqa: PLC0415

    from tocsin.authorities.actions import acting_as_centre  # noqa: PLC0415
    from tocsin.calls.queries.retention import keeps_callers, set_aside_databases  # noqa: PLC0415

    by = (now or datetime.now(UTC)) - SWEEPS_MAY_BE_LATE
    kept = []
    try:
        with acting_as_centre():
            if keeps_callers(since_before=by - settings.CALL_RETENTION):
                kept.append("numbers, notes or treatments of callers are kept for longer than the retention")
        aside = set_aside_databases(before=by - SET_ASIDE_KEPT)
    except Error:
        return found("retention", "cannot be read: run `tocsin db migrate`, then this again", "")
    kept += [f"the database {name}, which a restore put aside, is still there" for name in aside]
    mend = f"Tocsin was stopped, or {instance.home}/log/work.log says why; look again after an hour"
    trouble = f"{'; '.join(kept)}: {mend}" if kept else ""
    return found("retention", trouble, "nothing is kept for longer than it may be")


def look_at_logbook(instance: Instance) -> Finding:  # noqa: ARG001 - every look is called alike
    """Nobody changed the logbook, or the steps that it seals, behind the application's back."""
    load_django()
    from django.db import Error  # noqa: PLC0415 - needs Django

    from tocsin.calls.queries import journal_broken_at  # noqa: PLC0415 - its tables need Django
    from tocsin.logbook.queries import first_broken_line  # noqa: PLC0415

    trouble = ""
    try:
        if line := first_broken_line():
            trouble = (
                f"line {line.pk} of {line.at:%Y-%m-%d %H:%M:%S} UTC is not as it was written, or one before it"
            )
        elif at := journal_broken_at():
            trouble = f"steps of {at:%Y-%m-%d %H:%M:%S} UTC are not as they were written"
    except Error:
        return found("logbook", "cannot be read: run `tocsin db migrate`, then this again", "")
    mend = "somebody changed the database: keep it as it is, and compare it with a backup"
    return found(
        "logbook", f"{trouble}; {mend}" if trouble else "", "every line and every step is as it was written"
    )


def look_at_recordings(instance: Instance) -> Finding:  # noqa: ARG001 - every look is called alike
    """Recordings of conversations are brought to where they are kept, and deleted when their time is over."""
    from django.db import Error  # noqa: PLC0415 - Django is slow to load

    load_django()
    from tocsin.authorities.actions import acting_as_centre  # noqa: PLC0415 - its tables need Django
    from tocsin.calls.queries.tapes import stuck_tapes  # noqa: PLC0415

    try:
        with acting_as_centre():
            unkept, undeleted = stuck_tapes(at=datetime.now(UTC))
    except Error:
        return found("recordings", "cannot be read: run `tocsin db migrate`, then this again", "")
    trouble = f"{unkept} cannot be kept, {undeleted} not be deleted: `tapes` and `kept-tapes` have to be writable"
    mend = "they are tried again by themselves, and log/work.log says why not"
    return found("recordings", f"{trouble}; {mend}" if unkept + undeleted else "", "none is left behind")


def look_at_sms(instance: Instance) -> Finding:  # noqa: ARG001 - every look is called alike
    """Whether anything carries SMS: where nothing does that is no fault, and nothing to find out in need."""
    load_django()
    from django.conf import settings  # noqa: PLC0415 - all of these need Django
    from django.db import Error  # noqa: PLC0415

    from tocsin.authorities.models import Number  # noqa: PLC0415

    try:
        has_line = Number.objects.exists()
    except Error:
        return found("SMS", "cannot be read: run `tocsin db migrate`, then this again", "")
    if settings.GATEWAYS.get("sms"):
        return found("SMS", "", "a carrier is set")
    without = "no carrier: no caller is offered the SMS of the line, and who cannot hear has no text from an agent"
    return found("SMS", "", without if has_line else "no carrier, and no line yet that would need one")


def load_django() -> None:
    """Make the tables of the application known."""
    import django  # noqa: PLC0415 - Django is slow to load

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()


LOOKS: tuple[Callable[[Instance], Finding], ...] = (
    look_at_python,
    look_at_disk,
    look_at_parts,
    look_at_engine,
)
LOOKS_AT_DATABASE: tuple[Callable[[Instance], Finding], ...] = (
    look_at_role,
    look_at_log,
    look_at_migrations,
    look_at_clock,
    look_at_retention,
    look_at_logbook,
    look_at_recordings,
    look_at_sms,
)


def look_at_database(instance: Instance) -> list[Finding]:
    """The database answers, and what is to be seen in it; it is started for that where it does not run."""
    if instance.embedded and not instance.postgres.exists():
        return [Finding(about="database", fine=True, words="none yet: `tocsin up` makes it")]
    try:
        with serving(instance):
            reached = Finding(about="database", fine=True, words="answers")
            return [reached, *(look(instance) for look in LOOKS_AT_DATABASE)]
    except (Refusal, psycopg.Error) as failure:
        mend = "start it with `tocsin up`" if instance.embedded else "look at DATABASE_URL and that server"
        said = str(failure).strip().splitlines()[-1]
        return [Finding(about="database", fine=False, words=f"{said} ({mend})")]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Say what is wrong and how to mend it; exit status 0 only when nothing is."""
    findings = [*(look(instance) for look in LOOKS), *look_at_database(instance)]
    well = all(finding.fine for finding in findings)
    if as_json:
        said = [{"about": each.about, "fine": each.fine, "words": each.words} for each in findings]
        click.echo(json.dumps({"fine": well, "home": str(instance.home), "findings": said}))
    else:
        for each in findings:
            click.echo(f"{'ok   ' if each.fine else 'WRONG'} {each.about}: {each.words}")
    context.exit(0 if well else 1)
