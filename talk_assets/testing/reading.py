"""Rules of reading: fetches and their cursors, reads by name, tombstones, the doorbell."""

from talk_assets.model.wire import NOT_SHOWN, raw_schema
from talk_assets.systems.port import Page
from talk_assets.testing.rule import Rule, claim, expect
from talk_assets.testing.subject import Subject


def frames_have_the_declared_columns(subject: Subject) -> None:
    """Every frame has the raw columns and one text column a declared path, also when it is empty."""
    kind = subject.record
    subject.made(kind)
    pages = [*subject.port.fetch(kind.entity, None), subject.port.read(kind.entity)]

    for page in pages:
        expect("columns", found=dict(page.frames[kind.entity.name].schema), wanted=raw_schema(kind.entity))


def fetch_ends_with_one_cursor(subject: Subject) -> None:
    """A fetch has at least one page, and a cursor on its last page only, though nothing may have changed."""
    kind = subject.record
    subject.made(kind)
    pages = list(subject.port.fetch(kind.entity, None))
    quiet = list(subject.port.fetch(kind.entity, pages[-1].cursor)) if pages else []

    for found in (pages, quiet):
        claim(bool(found), "a fetch has a page")
        expect("cursors before the last page", found=[p.cursor for p in found[:-1] if p.cursor], wanted=[])
        claim(found[-1].cursor is not None, "the last page has a cursor")


def first_fetch_brings_everything(subject: Subject) -> None:
    """A fetch without a cursor brings every record there is."""
    kind = subject.record
    made = {subject.made(kind)["_id"] for _ in range(3)}
    rows, _ = subject.fetched(kind)

    expect("records left out", found=made - set(rows), wanted=set())


def later_fetch_brings_what_moved(subject: Subject) -> None:
    """A fetch from a cursor brings what was edited and what was made since, as it is now."""
    kind = subject.record
    old = subject.made(kind, text="before")
    _, cursor = subject.fetched(kind)
    subject.edited(kind, old, "after")
    new = subject.made(kind)
    rows, later = subject.fetched(kind, cursor)

    expect("records left out", found={old["_id"], new["_id"]} - set(rows), wanted=set())
    expect("the edit", found=rows[old["_id"]][kind.text], wanted="after")
    again, _ = subject.fetched(kind, cursor)
    expect("left out when fetched from one cursor twice", found=set(rows) - set(again), wanted=set())
    claim(later is not None, "the later fetch has a cursor")


def cursor_outlives_its_connection(subject: Subject) -> None:
    """A cursor holds on another connection, as in tomorrow's run."""
    kind = subject.record
    subject.made(kind)
    _, cursor = subject.fetched(kind)
    new = subject.made(kind)
    with subject.elsewhere() as port:
        ids = {i for page in port.fetch(kind.entity, cursor) for i in page.frames[kind.entity.name]["_id"]}

    claim(new["_id"] in ids, "what was made after the cursor is fetched on another connection")


def change_during_a_fetch_is_not_missed(subject: Subject) -> None:
    """What is edited while pages are read comes with this fetch or with the next."""
    kind = subject.record
    row = subject.made(kind, text="before")
    pages = subject.port.fetch(kind.entity, None)
    seen = [next(pages)]
    subject.edited(kind, row, "after")
    seen += list(pages)
    rows, _ = subject.fetched(kind, seen[-1].cursor)

    texts = [one[kind.text] for one in [*_rows(seen, kind.entity.name), *rows.values()] if one["_id"] == row["_id"]]
    claim("after" in texts, "an edit made while pages were read is fetched")


def deletion_leaves_a_tombstone(subject: Subject) -> None:
    """A deleted record is fetched as a tombstone, or named by no whole fetch: it never looks alive."""
    kind = subject.record
    row = subject.made(kind)
    _, cursor = subject.fetched(kind)
    subject.send(subject.removal(kind, row))
    moved, _ = subject.fetched(kind, cursor)
    everything, _ = subject.fetched(kind)
    read = subject.read(kind, row)

    alive = [one for one in (moved.get(row["_id"]), everything.get(row["_id"]), read) if one and not one["_deleted"]]
    expect("places where the deleted record looks alive", found=len(alive), wanted=0)
    claim(row["_id"] in moved or row["_id"] not in everything, "a deletion shows in the next fetch or as an absence")


def read_by_id_and_key(subject: Subject) -> None:
    """Reading by id and by key gives each record once, and leaves out what is not there."""
    kind = subject.record
    one, two = subject.made(kind), subject.made(kind)
    asked = subject.port.read(kind.entity, ids=[one["_id"]], keys=[two["_key"], one["_key"], subject.key()])

    expect("ids", found=sorted(asked.frames[kind.entity.name]["_id"]), wanted=sorted([one["_id"], two["_id"]]))
    expect("nothing asked for", found=subject.port.read(kind.entity).frames[kind.entity.name].height, wanted=0)


def shown_paths_are_told(subject: Subject) -> None:
    """What an end says it shows are declared paths, and what it does not show is read as not shown."""
    kind = subject.record
    row = subject.made(kind)
    shown = subject.port.shown(kind.entity)

    if shown is not None:
        expect("paths shown but not asked for", found=shown - set(kind.entity.paths), wanted=frozenset())
        hidden = [path for path in kind.entity.paths if path not in shown]
        now = subject.read(kind, row) or {}
        # The currency of a whole org is known without being shown.
        told = [path for path in hidden if now[path] not in {NOT_SHOWN, None} and path != "CurrencyIsoCode"]
        expect("paths not shown that nevertheless have a value", found=told, wanted=[])


def head_moves_with_a_change(subject: Subject) -> None:
    """The doorbell has a token for each kind asked for, and another one after a change."""
    kind = subject.record
    row = subject.made(kind)
    kinds = [one.entity for one in (subject.record, subject.document) if one is not None]
    before = subject.port.head(kinds, {})
    subject.edited(kind, row, "rings")
    after = subject.port.head(kinds, before)

    expect("kinds", found=sorted(after), wanted=sorted(one.name for one in kinds))
    claim(after[kind.entity.name] != before[kind.entity.name], "the token of what changed is another one")


def _rows(pages: list[Page], name: str) -> list[dict[str, object]]:
    return [row for page in pages for row in page.frames[name].to_dicts()]


READING = (
    Rule.of(frames_have_the_declared_columns),
    Rule.of(fetch_ends_with_one_cursor),
    Rule.of(first_fetch_brings_everything),
    Rule.of(later_fetch_brings_what_moved),
    Rule.of(cursor_outlives_its_connection),
    Rule.of(change_during_a_fetch_is_not_missed),
    Rule.of(deletion_leaves_a_tombstone),
    Rule.of(read_by_id_and_key),
    Rule.of(shown_paths_are_told),
    Rule.of(head_moves_with_a_change),
)
