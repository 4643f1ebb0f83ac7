"""`talk review`, `talk link`, `talk unlink`, `talk separate`: which records are one thing, where nothing is guessed."""

import json
from typing import Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import By, PairName, RecordId, in_full, opened_store, pair_named, plain_json, who
from talk_assets.model.system import System


def review(*, as_json: Annotated[bool, typer.Option("--json", help="A JSON array on stdout.")] = False) -> None:
    """Show the records that match several others, or whose link was taken away: a person links them."""
    from talk_assets.store import reviews

    with opened_store() as store:
        found = reviews.waiting(store).to_dicts()
    if as_json:
        typer.echo(json.dumps(found, default=plain_json))
        return
    if not found:
        results().print("No record waits for you to link it.")
        return
    rows = table("pair", "end", "record", "matched by", "shared value", "Salesforce", "Customerp", fixed=3)
    for row in found:
        rows.add_row(
            *(cell(text) for text in (row["pair"], System(row["system"]).title, row["record_id"], row["rule"])),
            *(cell(row[name] or None, limit=120) for name in ("key", "salesforce_ids", "customerp_ids")),
        )
    results().print(rows)
    results().print(plain("Link two of them: talk link PAIR SALESFORCE_ID CUSTOMERP_ID", style="dim"))
    results().print(plain("Two of them are two things: talk keep-apart PAIR SALESFORCE_ID CUSTOMERP_ID", style="dim"))


SalesforceId = Annotated[str, typer.Argument(metavar="SALESFORCE_ID", help="The Salesforce record.", callback=in_full)]
CustomerpId = Annotated[str, typer.Argument(metavar="CUSTOMERP_ID", help="The Customerp record.")]


def link(
    pair: PairName,
    salesforce_id: SalesforceId,
    customerp_id: CustomerpId,
    *,
    by: By = None,
) -> None:
    """Say that two records are the same thing. The next sync brings them into step as at a first sync."""
    from talk_assets.entities import PAIRS
    from talk_assets.links.by_hand import link_by_hand
    from talk_assets.resources import utc_now

    declared = pair_named(pair)
    ids = {System.SALESFORCE: salesforce_id, System.CUSTOMERP: customerp_id}
    with opened_store() as store:
        link_by_hand(store, declared, PAIRS, ids, by=who(by), now=utc_now())
    results().print(
        plain(
            f"Linked {pair} {salesforce_id} of Salesforce and {customerp_id} of Customerp. See what that changes with "
            f"`talk plan --pair {pair}`; the next sync writes it."
        )
    )


def unlink(pair: PairName, record: RecordId, *, by: By = None) -> None:
    """Say that two linked records are not the same thing. Neither is changed; both wait in review."""
    from talk_assets.entities import PAIRS
    from talk_assets.links.by_hand import unlink_by_hand
    from talk_assets.resources import utc_now

    declared = pair_named(pair)
    with opened_store() as store:
        here, there = unlink_by_hand(store, declared, PAIRS, record, by=who(by), now=utc_now())
    results().print(
        plain(
            f"{pair} {here} of Salesforce and {there} of Customerp are no longer linked. Nothing is made for either; "
            f"both wait in review. Link them with others, or have each made on the other end as its own record: "
            f"talk separate {pair} {here} {there}"
        )
    )


def separate(
    pair: PairName,
    salesforce_id: SalesforceId,
    customerp_id: CustomerpId,
    *,
    by: By = None,
) -> None:
    """Say that two records are two things. It is remembered: they are never proposed to each other again."""
    from talk_assets.entities import PAIRS
    from talk_assets.links.apart import separate_by_hand
    from talk_assets.resources import utc_now

    declared = pair_named(pair)
    ids = {System.SALESFORCE: salesforce_id, System.CUSTOMERP: customerp_id}
    with opened_store() as store:
        separate_by_hand(store, declared, PAIRS, ids, by=who(by), now=utc_now())
    results().print(
        plain(
            f"{pair} {salesforce_id} of Salesforce and {customerp_id} of Customerp are separate. The next sync matches "
            "each without the other, and makes it on the other end where nothing else matches it: "
            f"talk plan --pair {pair}"
        )
    )
