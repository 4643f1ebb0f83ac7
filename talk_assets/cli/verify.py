"""`talk verify`: the checklist that the declarations make, worked through."""

import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.sandbox import CustomerpLacks, OrgShape, lacks_named
from talk_assets.cli.screen import cell, errors, plain, progress, results, table
from talk_assets.cli.sync import Pairs
from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import Settings, environment, variables_for

if TYPE_CHECKING:
    from rich.text import Text

    from talk_assets.verify.results import Finding, Results

_SAID = {"pass": ("✓", "green"), "fail": ("✗", "bold red"), "not_testable": ("○", "dim")}


def verify(
    *,
    live: Annotated[
        bool,
        typer.Option("--live", help="Write marked probes to both ends, sync them, look, and delete them again."),
    ] = False,
    embedded: Annotated[
        bool,
        typer.Option("--embedded", help="Do so in embedded systems that are started for it; no setting is read."),
    ] = False,
    org: OrgShape = None,
    customerp_without: CustomerpLacks = "",
    pair: Pairs = None,
    sample: Annotated[
        int, typer.Option(min=1, max=100_000, help="Linked records looked at of each pair, without --live.")
    ] = 50,
    minutes: Annotated[float, typer.Option(min=0.1, help="With --live: begin no further step after this long.")] = 15.0,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before probes are written.")] = False,
    show_values: Annotated[
        bool | None,
        typer.Option(
            "--show-values/--hide-values",
            help="Whether records' values are shown, or only how long they are. Default: shown of probes, hidden of "
            "sampled records.",
        ),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the results as JSON.")] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the results as an HTML page.")
    ] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML.")
    ] = None,
) -> None:
    """Try every row of the dataflow documents: every property, both directions, create and update.

    Without --live a sample of linked records is read on both ends and compared by each property's rule; nothing is
    written. Ends with 1 if a row failed.
    """
    if not embedded and (org is not None or customerp_without):
        raise ConfigurationError(
            "--org and --customerp-without say what the embedded systems are like. Nothing was written. Add --embedded."
        )
    with _settings(embedded=embedded, org=org, customerp_without=lacks_named(customerp_without)) as settings:
        if live and not embedded:
            _announce(settings, pair, yes=yes)
        found = _found(settings, pair, live=live or embedded, sample=sample, minutes=minutes)
    show = found.live if show_values is None else show_values
    _write(found, show=show, files={"json": json_file, "html": html_file, "junit": junit_file})
    _show(found, show=show)
    raise typer.Exit(0 if found.passed and not found.left else 1)


@contextmanager
def _settings(*, embedded: bool, org: str | None, customerp_without: list[str]) -> "Iterator[Settings]":
    if not embedded:
        yield Settings.from_environment(environment())
        return
    from talk_assets.cli.sandbox import Sample, embedded_systems

    with (
        tempfile.TemporaryDirectory(prefix="talk-verify-") as folder,
        embedded_systems(
            salesforce_port=0,
            customerp_port=0,
            sample=Sample.NONE,
            data_dir=None,
            org=org,
            customerp_without=customerp_without,
        ) as systems,
    ):
        yield Settings.from_environment(variables_for(asdict(systems), store=Path(folder) / "verify.duckdb"))


def _announce(settings: Settings, pairs: list[str] | None, *, yes: bool) -> None:
    from talk_assets.entities import PAIRS
    from talk_assets.verify.live import needed
    from talk_assets.verify.passive import chosen

    working = needed(PAIRS, chosen(PAIRS, pairs))
    kinds = ", ".join(one.name for one in working)
    times = "three times" if any(one.name == "order" for one in working) else "twice"
    errors().print(
        plain(
            f"This writes {2 * len(working)} probe records ({kinds}: one on each end) to {settings.salesforce.url} and "
            f"{settings.customerp.url}, with the Accounts, Opportunities and prices they "
            "need; the sync makes as many counterparts. Their texts begin with TALK-VERIFY. It changes each of them "
            f"{times}, then deletes all of them. Flows, triggers and "
            "notifications of your systems see them like any other record; deleted ones stay in Salesforce's recycle "
            "bin, and numbers given to quotes and orders are used up. No other record is written, and no other sync "
            "runs meanwhile."
        )
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "Nobody can be asked whether to go on, as there is no terminal. Nothing was written. Add --yes, or leave "
            "--live away to look only."
        )
    typer.confirm("Go on?", abort=True, err=True)


def _found(settings: Settings, pairs: list[str] | None, *, live: bool, sample: int, minutes: float) -> "Results":
    from uuid import uuid4

    from talk_assets.resources import open_session, utc_now
    from talk_assets.verify.live import verify_live
    from talk_assets.verify.passive import verify_sample

    with progress("opening both ends") as say, open_session(settings) as session:
        if not live:
            return verify_sample(session, pairs, most=sample, say=say)
        # Told to stop, it still cleans up.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        deadline = utc_now() + timedelta(minutes=minutes)
        return verify_live(session, pairs, tag=uuid4().hex[:6], deadline=deadline, say=say)


def _write(found: "Results", *, show: bool, files: dict[str, Path | None]) -> None:
    from talk_assets.verify.junit import as_junit
    from talk_assets.verify.page import as_page

    make = {
        "json": lambda: json.dumps(found.as_json(show=show), indent=1, ensure_ascii=False) + "\n",
        "html": lambda: as_page(found, show=show),
        "junit": lambda: as_junit(found, show=show),
    }
    for kind, path in files.items():
        if path is None:
            continue
        try:
            path.write_text(make[kind](), encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written: {error.strerror}. The verification itself ended: "
                f"{found.counts()['fail']} rows failed. Name another file with --{kind}."
            ) from error


def _show(found: "Results", *, show: bool) -> None:
    from talk_assets.verify.page import columns, rows
    from talk_assets.verify.results import Outcome, reasons

    console = results()
    ways = columns(found)
    headings = [f"{o.title[0]}→{o.other.title[0]} {op.value}" for o, op in ways] if found.live else ["S↔C"]
    matrix = table("pair", "property", *headings, fixed=2)
    for name in found.by_pair():
        for place, (prop, cells) in enumerate(rows(found, name).items()):
            marks = [_mark(cells.get(way)) for way in ways]
            matrix.add_row(cell(name if place == 0 else ""), cell(prop), *marks)
    console.print(matrix)
    console.print(plain("S Salesforce, C Customerp; ✓ passed, ✗ failed, ○ not testable.", style="dim"))
    failed = found.of(Outcome.FAIL)
    if failed:
        console.print()
        console.print(_failures(failed, show=show))
    untested = table("rows", "not testable, because")
    for reason, count in reasons(found.findings):
        untested.add_row(cell(str(count)), cell(reason, limit=150))
    if untested.row_count:
        console.print()
        console.print(untested)
    if found.broken is not None:
        console.print(plain(f"It ended early: {found.broken}", style="bold red"))
    for one in found.left:
        console.print(plain(f"Could not be cleaned up, delete it by hand: {one}", style="bold"))
    console.print()
    console.print(plain(_summary(found)))


def _failures(failed: "list[Finding]", *, show: bool) -> object:
    from talk_assets.model.disclosure import withheld

    # A record that was refused fails in all its rows, for one reason.
    together: dict[tuple[str, str, str, str], list[Finding]] = {}
    for one in failed:
        together.setdefault((one.item.pair, one.item.way, one.item.operation.value, one.reason or ""), []).append(one)
    shown = table("failed", "direction", "op", "written", "expected", "found", "why", fixed=0)
    for (pair, way, operation, reason), ones in together.items():
        values = (ones[0].written, ones[0].expected, ones[0].found) if len(ones) == 1 else (None, None, None)
        names = ", ".join(one.item.property for one in ones)
        shown.add_row(
            cell(f"{pair}.{names}" if len(ones) == 1 else f"{len(ones)} of {pair}: {names}", limit=200),
            cell(way),
            cell(operation),
            *(cell(value if show else withheld(value), limit=32) for value in values),
            cell(reason, limit=400),
        )
    return shown


def _mark(one: "Finding | None") -> "Text":
    if one is None:
        return plain("")
    sign, style = _SAID[one.outcome.value]
    return plain(sign, style=style)


def _summary(found: "Results") -> str:
    counts = found.counts()
    what = (
        f"{found.made} records marked TALK-VERIFY {found.tag} were made and deleted again"
        if found.live
        else "nothing was written"
    )
    return (
        f"{len(found.findings)} rows: {counts['pass']} passed, {counts['fail']} failed, {counts['not_testable']} not "
        f"testable; {what}. Declarations of version {found.version}. {found.seconds:.1f} s."
    )
