"""Links that a person makes or takes away: the way out of review, where nothing is guessed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from talk_assets.links.stage import link_id
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import links, mapped, reviews, ties
from talk_assets.store.database import Database

RULE = "person"


def link_by_hand(
    db: Database,
    pair: EntityPair,
    pairs: Mapping[str, EntityPair],
    ids: Mapping[System, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """Link two records that a person knows to be one thing; the next cycle brings them into step.

    Raises:
        ConfigurationError: a record is not known, deleted or linked already, or is a line of another document.
    """
    rows = {}
    for system, record in ids.items():
        rows[system] = live_record(db, pair, system, record)
        known = links.by_record(db, pair, system, [record])
        if known.height:
            other = known[f"{system.other}_id"].item()
            raise ConfigurationError(
                f"{system.title} {pair.name} {record} is linked to {system.other.title} {other}. Nothing was changed. "
                f"If that is wrong, take it away first: talk unlink {pair.name} {record}"
            )
    _check_documents(db, pair, pairs, {system: row["_parent"] for system, row in rows.items()})
    new = {f"{system}_id": [record] for system, record in ids.items()}
    new |= {"link_id": [link_id(pair, ids[System.SALESFORCE], ids[System.CUSTOMERP])], "rule": [RULE]}
    with db.transaction():
        links.add(db, pair, pl.DataFrame(new), now=now, fresh=True)
        reviews.leave(db, pair, ids)
        ties.say(db, pair, ids[System.SALESFORCE], ids[System.CUSTOMERP], "linked", by=by, now=now)


def live_record(db: Database, pair: EntityPair, system: System, record: str) -> dict[str, Any]:
    """The mapped row of a live record.

    Raises:
        ConfigurationError: it was never read, or is deleted.
    """
    found = mapped.by_id(db, pair, system, [record])
    if found.is_empty() or found["_deleted"].item():
        state = "is deleted in" if found.height else "was never read from"
        raise ConfigurationError(
            f"{pair.name} {record} {state} {system.title}. Nothing was linked or changed. Check the id, or sync first."
        )
    return found.row(0, named=True)


def _check_documents(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], owners: Mapping[System, str | None]
) -> None:
    if pair.parent is None:
        return
    here, there = owners[System.SALESFORCE], owners[System.CUSTOMERP]
    found = links.by_record(db, pairs[pair.parent], System.SALESFORCE, [] if here is None else [here])
    if found.is_empty() or found["customerp_id"].item() != there:
        raise ConfigurationError(
            f"These lines are of {pair.parent} {here} in Salesforce and {there} in Customerp, which are not linked. "
            f"Nothing was linked. Link those first: talk link {pair.parent} {here} {there}"
        )


def unlink_by_hand(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], record: str, *, by: str, now: datetime
) -> tuple[str, str]:
    """Take the link of *record* (its id on either end, or the link's) away, and those of its lines.

    Neither record is changed. Both wait in review until a person links them, as their keys or values would only
    link them again. Returns the Salesforce and the Customerp id.

    Raises:
        ConfigurationError: there is no such link.
    """
    found = find_link(db, pair, record)
    ends = (str(found["salesforce_id"]), str(found["customerp_id"]))
    with db.transaction():
        for child in (p for p in pairs.values() if p.parent == pair.name):
            for line in links.of_document(db, child, System.SALESFORCE, ends[0])["link_id"].to_list():
                unlink_by_hand(db, child, pairs, line, by=by, now=now)
        links.drop(db, pair, str(found["link_id"]))
        ties.say(db, pair, *ends, "unlinked", by=by, now=now)
    return ends


def find_link(db: Database, pair: EntityPair, record: str) -> dict[str, object]:
    """The link (link schema) whose own id or either record's id is *record*.

    Raises:
        ConfigurationError: there is none.
    """
    found = links.by_any_id(db, pair, record)
    if found.height != 1:
        raise ConfigurationError(
            f"{pair.name} {record} has no link. Nothing was changed. Give the id of a linked record of either end."
        )
    return found.row(0, named=True)
