"""What happened to one thing, on both ends and between them, as the store remembers it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.reports.writes import Writes, in_words, readable
from talk_assets.store import conflict_log, decisions, history, intents, mapped, releases, ties
from talk_assets.store.database import Database
from talk_assets.store.finding import Found
from talk_assets.store.past import How, What

_READ = {
    How.CURSOR.value: "found by asking for what changed",
    How.WHOLE.value: "found by a whole read",
    How.RECOVERED.value: "found on reading what an earlier run had written without an answer",
    How.LOOK.value: "found on looking again before a write",
    How.AGAIN.value: "found on reading again, as a write had met it",
    How.CHECK.value: "found on reading again what had been written",
    How.PRICE.value: "written by the sync to the product's price book entry",
    How.DECLARED.value: "nobody edited it: the pair's declaration changed, and with it how it is read",
    How.STORED.value: "read by an earlier run",
}
_SAID = {
    "linked": "Linked by hand",
    "unlinked": "The link was taken away by hand",
    "separate": "Said to be two things",
    "kept": "Kept, though the other was deleted; it gets a new counterpart",
    "renewed": "Known by a new key from then on",
}
_DECISIONS = {
    "standing": "not carried out yet",
    "applied": "carried out",
    "overtaken": "overtaken by an edit",
    "replaced": "replaced by a later word",
}
_POLICIES = {
    "latest_wins": "the later edit wins",
    "salesforce_wins": "Salesforce wins",
    "customerp_wins": "Customerp wins",
    "manual": "a person decides",
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened: *at* when the store learned of it, *stamp* when it did by the end's own word.

    *kind* is one of seen, value, deleted, restored, unshown, moved, quarantine, link, write, conflict, decision,
    release and declared. *text* says what in words, without the values *old* and *new* of *property*; *note* how it
    came about.
    *values* are all values of a write, or of a record when it was first seen, by property; *ours* is true of what came
    back with a write of ours.
    """

    at: datetime
    kind: str
    text: str
    system: System | None = None
    record: str | None = None
    property: str | None = None
    old: str | None = None
    new: str | None = None
    stamp: datetime | None = None
    note: str | None = None
    by: str | None = None
    run: str | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)
    ours: bool = False

    def as_json(self) -> dict[str, Any]:
        """The event as `talk history --json` prints it."""
        return {**self.__dict__, "system": None if self.system is None else self.system.value}


_RANK = ("declared", "seen", "value", "link", "conflict", "decision", "release", "write")
"""What comes first of what the store learned in one moment; what we wrote ourselves, and the rest, comes last."""


def timeline(db: Database, found: Found) -> list[Event]:
    """All that is known of *found*, oldest first."""
    records = found.records
    every = [one for ids in records.values() for one in ids]
    link = None if found.link is None else str(found.link["link_id"])
    fought = [] if link is None else conflict_log.of_link(db, found.pair, link).to_dicts()
    sent = Writes(found.pair, intents.about(db, found.pair.name, link, every).to_dicts(), fought)
    past = history.of(db, found.pair, records).to_dicts()
    events = [
        *_moves(past, sent, _begun(db, found, past)),
        *_conflicts(fought),
        *([] if link is None else _decisions(decisions.about(db, found.pair, link))),
        *_link(found),
        *_ties(ties.about(db, found.pair, every)),
        *_releases(releases.of(db, found.pair, every)),
    ]
    # Last, when it is known which writes are told of already with the values that came of them.
    events += _writes(sent)
    return sorted(events, key=lambda one: (one.at, _rank(one)))


def _rank(event: Event) -> int:
    return len(_RANK) if event.ours or event.kind not in _RANK else _RANK.index(event.kind)


def lines_of(db: Database, found: Found) -> dict[str, list[str]]:
    """The live lines of the document *found*, by their pair: ids of the first end that has it."""
    system, record = next(iter(found.ids.items()))
    children = [pair for pair in PAIRS.values() if pair.parent == found.pair.name]
    ids = {child.name: mapped.lines_of(db, child, system, [record])["_id"].to_list() for child in children}
    return {name: lines for name, lines in ids.items() if lines}


def of_property(events: Iterable[Event], name: str) -> list[Event]:
    """Those of *events* that are about the property *name* or about the whole record."""
    return [
        one
        for one in events
        if one.property == name
        or (one.property is None and (one.kind == "seen" or not one.values or name in one.values))
    ]


def _begun(db: Database, found: Found, past: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, str]]:
    """The values each record (end, id) began with, by property: what it held before it first moved, or holds now."""
    first: dict[tuple[str, str], dict[str, str | None]] = {}
    for row in past:
        if row["what"] == What.VALUE.value:
            first.setdefault((row["system"], row["record_id"]), {}).setdefault(row["property"], row["old"])
    begun = {}
    for system, ids in found.records.items():
        for row in mapped.by_id(db, found.pair, system, ids).iter_rows(named=True):
            held = {name: in_words(row[name]) for name in found.pair.names} | first.get((system.value, row["_id"]), {})
            own = {name: held[name] for name in found.pair.names}
            begun[system.value, str(row["_id"])] = {name: text for name, text in own.items() if text is not None}
    return begun


def _moves(
    past: Sequence[Mapping[str, Any]], sent: Writes, begun: Mapping[tuple[str, str], Mapping[str, str]]
) -> Iterator[Event]:
    for row in past:
        if row["what"] == What.DECLARED.value:
            text = "The pair's declaration changed; what was read before was translated anew"
            yield Event(at=row["known_at"], kind="declared", text=text, system=System(row["system"]), run=row["run"])
        elif row["what"] in {What.STOPPED.value, What.FREE.value}:
            yield _stop(row)
        else:
            values = begun.get((row["system"], row["record_id"]), {}) if row["what"] == What.SEEN.value else {}
            yield replace(_move(row, sent), values=values)


def _stop(row: Mapping[str, Any]) -> Event:
    came = row["what"] == What.STOPPED.value
    return Event(
        at=row["known_at"],
        kind="quarantine",
        text="Went into quarantine" if came else "Left quarantine",
        system=System(row["system"]),
        record=row["record_id"],
        property=row["property"],
        old=row["old"],
        note=row["new"],
    )


def _move(row: Mapping[str, Any], sent: Writes) -> Event:
    system = System(row["system"])
    kind, text = _kind(row, system)
    answered = row["how"] == How.ANSWER.value
    return Event(
        at=row["known_at"],
        kind=kind,
        text=text,
        system=system,
        record=row["record_id"],
        property=row["property"] if kind == "value" else None,
        old=row["old"] if kind == "value" else None,
        new=row["new"] if kind == "value" else None,
        stamp=row["at"],
        note=sent.explain(row) if answered else _READ.get(row["how"]),
        run=row["run"],
        ours=answered or row["how"] == How.PRICE.value,
    )


def _kind(row: Mapping[str, Any], system: System) -> tuple[str, str]:
    if row["what"] == What.SEEN.value:
        return "seen", f"First seen in {system.title}"
    if row["property"] == "_deleted":
        gone = row["new"] == "true"
        return ("deleted", f"Deleted in {system.title}") if gone else ("restored", f"Restored in {system.title}")
    if row["property"] == "_parent":
        return "moved", f"Moved from document {row['old'] or 'none'} to {row['new'] or 'none'}"
    if row["property"] == "_unshown":
        hidden = ", ".join(str(row["new"]).strip(",").split(",")) if row["new"] else "nothing any more"
        return "unshown", f"{system.title} leaves out of its answers: {hidden}"
    return "value", f"{row['property']} moved in {system.title}"


def _conflicts(fought: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for row in fought:
        first = "On the first link both ends held different values" if row["first_link"] else "Both ends had changed it"
        lost = None if row["winner"] is None else System(row["winner"]).other
        end = "nobody has won yet" if lost is None else f"{lost.other.title} won"
        yield Event(
            at=row["found_at"],
            kind="conflict",
            text=f"{first}: {end}",
            property=row["property"],
            old=None if lost is None else row[f"{lost}_value"],
            new=None if lost is None else row[f"{lost.other}_value"],
            note=f"{_sides(row)}. Rule: {_POLICIES[row['policy']]}",
        )


def _sides(row: Mapping[str, Any]) -> str:
    said = []
    for system in System:
        at = row[f"{system}_at"]
        since = f" (edited {at:%Y-%m-%d %H:%M:%S})" if at is not None else ""
        said.append(f"{system.title} had {readable(row[f'{system}_value'])}{since}")
    return ", ".join(said)


def _decisions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for row in rows:
        winner = System(row["winner"])
        whole = row["property"] == decisions.RECORD
        what = f"the record left in {winner.other.title} is deleted, too" if whole else f"{winner.title} wins"
        yield Event(
            at=row["decided_at"],
            kind="decision",
            text=f"Decided: {what}",
            property=None if whole else row["property"],
            note=f"It is {_DECISIONS[row['state']]}.",
            by=row["decided_by"],
        )


def _link(found: Found) -> Iterator[Event]:
    for row in found.moved:
        yield Event(
            at=row["moved_at"],
            kind="link",
            text=f"The link went from Salesforce {row['was']} to {row['now']}",
            system=System.SALESFORCE,
            note=row["reason"],
        )
    if found.link is not None and found.link["rule"] != "person":
        yield Event(at=found.link["made_at"], kind="link", text=f"Linked, as {linked_by(str(found.link['rule']))}")


def linked_by(rule: str) -> str:
    """Why two records are linked, in words."""
    told = {
        "created": "one was made for the other",
        "key": "one carries the other's key",
        "merged": "the record it was linked with was merged into this one",
        "person": "a person said so",
    }
    return told.get(rule, f"they share {rule}")


def _ties(rows: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for row in rows:
        both = f"Salesforce {row['salesforce_id']} and Customerp {row['customerp_id']}"
        yield Event(at=row["said_at"], kind="decision", text=f"{_SAID[row['what']]}: {both}", by=row["said_by"])


def _releases(rows: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for row in rows:
        yield Event(
            at=row["said_at"],
            kind="release",
            text="Let go to be tried again",
            system=System(row["system"]) if row["system"] else None,
            record=row["record_id"],
            by=row["said_by"],
        )


def _writes(sent: Writes) -> Iterator[Event]:
    for row in sent.untold():
        system = System(row["system"])
        yield Event(
            at=row["sent_at"],
            kind="write",
            text=sent.outcome(row),
            system=system,
            record=row["record_id"],
            values=sent.values(row),
        )
