"""What becomes of a property next, by what the store knows, and what a person can do about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talk_assets.model.changes import Verdict
from talk_assets.model.pair import Property
from talk_assets.model.system import System
from talk_assets.reports.writes import readable
from talk_assets.store.finding import Found

_TOWARDS = {Verdict.TO_SALESFORCE: System.SALESFORCE, Verdict.TO_CUSTOMERP: System.CUSTOMERP}


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """How things stand (*state* in one word, *now* in a sentence), what is *next*, and the *ways* a person has.

    *state* is in_step, differs, pending, held, parked, conflict, quarantined, review, deleted, unlinked or unshown.
    """

    state: str
    now: str
    next: str
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that bears on one property of one thing, as the store knows it.

    *verdict* is the reconciliation's, None without a link or for what is derived; *values* and *deleted* are by end.
    *standing* are changes, *stopped* quarantine entries, *review* reviews and *decided* decisions not carried out
    yet, all of this thing and property.
    """

    verdict: Verdict | None
    values: Mapping[System, str | None]
    deleted: Collection[System]
    standing: Sequence[Mapping[str, Any]]
    stopped: Sequence[Mapping[str, Any]]
    review: Sequence[Mapping[str, Any]]
    decided: Sequence[Mapping[str, Any]]


def prospect(found: Found, p: Property, now: Circumstances) -> Prospect:
    """Judge *p* of *found*: what stands in the way of the whole record, else how the property itself stands."""
    return _in_the_way(found, now) or _of_property(found, p, now)


def _in_the_way(found: Found, now: Circumstances) -> Prospect | None:
    unread = [one for one in now.stopped if one["stage"] != "writeback"]
    if unread:
        return _quarantined(found, unread[0], "What is shown here is what was last read in order; nothing is written.")
    if found.link is None:
        return _unlinked(found, now)
    if now.deleted:
        return _deleted(found, now)
    if now.stopped:
        whole = any(one["property"] is None for one in now.stopped)
        effect = "Nothing of it is written." if whole else "The rest of the record is kept in step."
        return _quarantined(found, now.stopped[0], effect)
    return None


def _of_property(found: Found, p: Property, now: Circumstances) -> Prospect:
    if p.derived:
        return _derived(now.values)
    if now.verdict is Verdict.UNSHOWN:
        return Prospect(
            state="unshown",
            now="One end leaves the property out of its answers, so it is neither read nor written there.",
            next="As soon as it is shown again, both ends are compared.",
            ways=("let the integration user read it: talk doctor",),
        )
    if now.verdict is Verdict.CONFLICT:
        return _conflict(found, p, now.decided)
    if now.verdict in _TOWARDS:
        return _towards(_TOWARDS[now.verdict], p, now)
    return _agreed(found, now.values)


def _quarantined(found: Found, entry: Mapping[str, Any], effect: str) -> Prospect:
    system = System(entry["system"])
    return Prospect(
        state="quarantined",
        now=f"{system.title} {entry['record_id']} is in quarantine: {entry['reason']} {effect}",
        next="It is tried again when the record changes, or its declaration does.",
        ways=(
            f"change the record in {system.title}",
            f"have it tried again as it is: talk release {entry['record_id']} --pair {found.pair.name}",
        ),
    )


def _unlinked(found: Found, now: Circumstances) -> Prospect:
    ((system, record),) = found.ids.items()
    if now.review:
        one = now.review[0]
        others = " and ".join(f"{s.title} {one[f'{s}_ids'] or 'none'}" for s in System)
        return Prospect(
            state="review",
            now=f"It waits in review: matched by {one['rule']}, it may be one thing with several ({others}).",
            next="Nothing is guessed and nothing is made for it until a person says which it is.",
            ways=(
                f"link two: talk link {found.pair.name} SALESFORCE_ID CUSTOMERP_ID",
                f"say that two are two things: talk keep-apart {found.pair.name} SALESFORCE_ID CUSTOMERP_ID",
            ),
        )
    if now.stopped:
        return _quarantined(found, now.stopped[0], f"It has no counterpart in {system.other.title} yet.")
    waits = next((one for one in now.standing if one["state"] != "pending"), None)
    if waits is not None:
        return Prospect(
            state=str(waits["state"]),
            now=f"It has no counterpart in {system.other.title} yet: {waits['reason']}",
            next="It is made as soon as that is so.",
        )
    asked = (
        f"The next sync makes it in {system.other.title}." if now.standing else "Nothing asks for one at the moment."
    )
    return Prospect(
        state="pending" if now.standing else "unlinked",
        now=f"{system.title} {record} has no counterpart in {system.other.title}.",
        next=asked,
        ways=(f"see what the next sync would do: talk plan --pair {found.pair.name}",),
    )


def _deleted(found: Found, now: Circumstances) -> Prospect:
    gone = f"The record is deleted in {' and '.join(s.title for s in System if s in now.deleted)}."
    if len(now.deleted) > 1:
        return Prospect(state="deleted", now=gone, next="Nothing is written to either end any more.")
    left = next(s for s in System if s not in now.deleted)
    if now.decided:
        return Prospect(
            state="pending",
            now=f"{gone} {now.decided[0]['decided_by']} decided that the other is deleted, too.",
            next=f"The next sync deletes it in {left.title}, if nobody edits it before.",
        )
    asks = next((one for one in now.standing if one["state"] == "conflict"), None)
    if asks is not None:
        command = f"talk resolve {found.pair.name} {found.ids[left]}"
        return Prospect(
            state="conflict",
            now=f"{gone} {asks['reason']}",
            next="It stays as it is until a person decides.",
            ways=(f"keep it, and have it made anew: {command} --keep", f"delete it, too: {command} --delete"),
        )
    kept = f"It stays in {left.title}, and nothing is written to it."
    pending = any(one["state"] == "pending" for one in now.standing)
    told = f"The next sync deletes it in {left.title}, too." if pending else kept
    return Prospect(state="deleted", now=gone, next=told)


def _derived(values: Mapping[System, str | None]) -> Prospect:
    same = len(set(values.values())) == 1
    return Prospect(
        state="in_step" if same else "differs",
        now="Both ends show the same." if same else "The ends show different values.",
        next="Nothing is ever written for it: each end works it out or numbers it by itself.",
    )


def _conflict(found: Found, p: Property, decided: Sequence[Mapping[str, Any]]) -> Prospect:
    now = "Both ends changed it to different values, and its rule leaves that to a person."
    if decided:
        winner = System(decided[0]["winner"])
        return Prospect(
            state="pending",
            now=f"{now} {decided[0]['decided_by']} decided that {winner.title} wins.",
            next=f"The next sync writes it to {winner.other.title}, if neither end changes it before.",
        )
    command = f"talk resolve {found.pair.name} {found.ids[System.SALESFORCE]} {p.name} --take"
    return Prospect(
        state="conflict",
        now=now,
        next="Each end keeps its own value until a person decides, or one end takes the other's value.",
        ways=tuple(f"let {s.title} win: {command} {s.value}" for s in System),
    )


def _towards(end: System, p: Property, now: Circumstances) -> Prospect:
    new = readable(now.values[end.other])
    change = next((one for one in now.standing if one["property"] == p.name and one["state"] != "pending"), None)
    if change is not None:
        words = {"held": "It is held back", "parked": "It waits"}
        return Prospect(
            state=str(change["state"]),
            now=f"{end.title} is to take {new}. {words.get(change['state'], 'It waits')}: {change['reason']}",
            next="It is written by itself as soon as that is so.",
            ways=(f"change {p.name} in {end.other.title}, or change what is in the way",),
        )
    return Prospect(
        state="pending",
        now=f"{end.title} does not hold it yet.",
        next=f"The next sync writes {new} to {end.title}.",
        ways=("run it now: talk sync",),
    )


def _agreed(found: Found, values: Mapping[System, str | None]) -> Prospect:
    if len(set(values.values())) == 1:
        return Prospect(
            state="in_step", now="Both ends hold the same.", next="Nothing is to be written until one end changes it."
        )
    return Prospect(
        state="differs",
        now="Each end holds its own form of what both agreed on: one stores it otherwise than it was sent, or the two "
        "count as equal.",
        next="Nothing is to be written until one end changes it.",
        ways=(f"see the whole past: talk history {found.ids[System.SALESFORCE]} --pair {found.pair.name}",),
    )
