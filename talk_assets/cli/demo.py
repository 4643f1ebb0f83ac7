"""`talk demo`: the whole product in a few minutes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talk_assets.cli.reports import report_table, summary
from talk_assets.cli.sandbox import Sample, embedded_systems
from talk_assets.cli.screen import cell, plain, progress, results, table
from talk_assets.settings import Settings, variables_for

if TYPE_CHECKING:
    from talk_assets.automation.cycle import CycleReport
    from talk_assets.demo.edits import Edit
    from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
    from talk_assets.demo.proof import Books

AGREES, DIFFERS = "[green]agrees[/green]", "[red]DIFFERS[/red]"


def demo() -> None:
    """Start both embedded systems, sync them, edit both, and prove that they agree.

    Ends by itself; exit code 0 only if all of it held.
    """
    with (
        tempfile.TemporaryDirectory(prefix="talk-demo-") as folder,
        embedded_systems(salesforce_port=0, customerp_port=0, sample=Sample.SMALL, data_dir=None) as systems,
    ):
        facts = asdict(systems)
        settings = Settings.from_environment(variables_for(facts, store=Path(folder) / "demo.duckdb"))
        with _plain_ends(facts) as (salesforce, customerp):
            held = _play(settings, salesforce, customerp)
    results().print("All of it held." if held else "[red]Not all of it held; see above.[/red]")
    raise typer.Exit(0 if held else 1)


@contextmanager
def _plain_ends(facts: dict[str, dict[str, str]]) -> "Iterator[tuple[PlainSalesforce, PlainCustomerp]]":
    from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce

    login = {name: facts["salesforce"][name] for name in ("url", "client_id", "client_secret")}
    salesforce, customerp = PlainSalesforce(**login), PlainCustomerp(**facts["customerp"])
    try:
        yield salesforce, customerp
    finally:
        salesforce.close()
        customerp.close()


def _play(settings: Settings, salesforce: "PlainSalesforce", customerp: "PlainCustomerp") -> bool:
    from talk_assets.demo import edits
    from talk_assets.demo.proof import read_books

    first = _sync(settings, "1. First sync: what belongs together is linked, what is missing is made")
    _held(first)
    _say("2. Edits on both sides, by plain HTTP")
    done = edits.make(salesforce, customerp)
    for edit in done:
        results().print(plain(f"   {edit.what}"))
    _sync(settings, "3. Second sync: the edits travel")
    _say("4. Both systems read again by plain HTTP, without the sync's store")
    books = read_books(salesforce, customerp)
    agreed = _show_books(books)
    arrived = _show_edits(done, books)
    third = _sync(settings, "5. Third sync: nothing is left to write")
    quiet = _writes(third) == 0
    results().print(f"   {_writes(third)} writes.")
    return agreed and arrived and quiet


def _say(text: str) -> None:
    results().print()
    results().print(plain(text, style="bold"))


def _sync(settings: Settings, title: str) -> "CycleReport":
    from talk_assets.automation.cycle import run_cycle
    from talk_assets.resources import open_session

    _say(title)
    with progress("opening both ends") as say, open_session(settings) as session:
        report = run_cycle(session, progress=say)
    counts = report.as_json()
    results().print(report_table(counts["pairs"]))
    results().print(plain(summary(counts), style="dim"))
    return report


def _held(report: "CycleReport") -> None:
    """Everything that is held back, and why."""
    rows = table("pair", "for", "record", "property", "state", "why", title="Held back, each with its reason:")
    for change in report.waiting.iter_rows(named=True):
        rows.add_row(
            *(cell(change[name], limit=110) for name in ("pair", "system", "id", "property", "state", "reason"))
        )
    results().print(rows)


def _writes(report: "CycleReport") -> int:
    pairs = report.as_json()["pairs"].values()
    return sum(count for pair in pairs for end in ("salesforce", "customerp") for count in pair[end].values())


def _show_books(books: "Books") -> bool:
    from talk_assets.demo.proof import as_text

    rows = table("kind", "Salesforce", "Customerp", "record", "compared", "result")
    agreed = True
    for pairing in books.pairings:
        differences = pairing.differences
        agreed &= not differences
        rows.add_row(
            pairing.kind,
            pairing.salesforce["Id"],
            pairing.customerp["id"],
            cell(pairing.title, limit=40),
            f"{len(pairing.compared)} properties",
            DIFFERS if differences else AGREES,
        )
        for what, here, there in differences:
            rows.add_row("", "", "", "", cell(what), cell(f"{as_text(here)} / {as_text(there)}"))
    results().print(rows)
    for kind, sides in books.alone.items():
        counts = ", ".join(f"{len(records)} in {system.title}" for system, records in sides.items() if records)
        if counts:
            results().print(plain(f"   {kind}: {counts} without a counterpart, held back as listed above", style="dim"))
    return agreed


def _show_edits(done: "list[Edit]", books: "Books") -> bool:
    rows = table("what was done", "found", "result", title="The edits:")
    arrived = True
    for edit in done:
        found, expected = edit.check(books)
        arrived &= found == expected
        rows.add_row(cell(edit.what, limit=100), cell(str(found)), AGREES if found == expected else DIFFERS)
    results().print(rows)
    return arrived
