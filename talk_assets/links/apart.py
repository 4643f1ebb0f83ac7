"""A person's word that two records are no one thing: neither is a candidate for the other from then on."""

from collections.abc import Mapping
from datetime import datetime

from talk_assets.links.by_hand import live_record
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import links, mapped, raw, reviews, ties
from talk_assets.store.database import Database

SEPARATE, KEPT, UNLINKED = "separate", "kept", "unlinked"
_RENEWED = "renewed"


def separate_by_hand(
    db: Database,
    pair: EntityPair,
    pairs: Mapping[str, EntityPair],
    ids: Mapping[System, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """Remember that two records are two things. Each is matched without the other, and made on the other end if new.

    Lines of two documents that were unlinked are separate with them.

    Raises:
        ConfigurationError: a record is not known or deleted, both are linked, or it was said before.
    """
    here, there = ids[System.SALESFORCE], ids[System.CUSTOMERP]
    for system, record in ids.items():
        live_record(db, pair, system, record)
    known = links.by_record(db, pair, System.SALESFORCE, [here])
    if known.height and known["customerp_id"].item() == there:
        raise ConfigurationError(
            f"{pair.name} {here} of Salesforce and {there} of Customerp are linked. Nothing was changed. "
            f"Take the link away first: talk unlink {pair.name} {here}"
        )
    if ties.last_said(db, pair, here, there) == SEPARATE:
        raise ConfigurationError(
            f"{pair.name} {here} of Salesforce and {there} of Customerp are separate already. Nothing was changed. "
            f"To take that back: talk link {pair.name} {here} {there}"
        )
    with db.transaction():
        part(db, pair, ids, SEPARATE, by=by, now=now)
        for child in (p for p in pairs.values() if p.parent == pair.name):
            for line in ties.parted_lines(db, child, here, there):
                part(db, child, line, SEPARATE, by=by, now=now)


def part(db: Database, pair: EntityPair, ids: Mapping[System, str], what: str, *, by: str, now: datetime) -> None:
    """Say *what* (separate or kept) of two unlinked records; call it in a transaction.

    Where one carries the key of the other's copies, both get a new key: the end would take what is made next for
    the one that is there.
    """
    here, there = ids[System.SALESFORCE], ids[System.CUSTOMERP]
    rows = [mapped.by_id(db, pair, system, [record]) for system, record in ids.items()]
    keys = {
        (row["_key"].item(), other["_derived"].item())
        for row, other in (rows, rows[::-1])
        if row.height and other.height
    }
    ties.say(db, pair, here, there, what, by=by, now=now)
    if any(key is not None and key == derived for key, derived in keys):
        ties.say(db, pair, here, there, _RENEWED, by=by, now=now)
    for system, record in ids.items():
        raw.touch(db, pair.entity(system), [record])
        mapped.touch(db, pair, system, [record])
        reviews.leave_for(db, pair, system, record, ids[system.other])
