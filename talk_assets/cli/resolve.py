"""`talk resolve`: a person's word on a conflict."""

from typing import Annotated

import typer

from talk_assets.cli.screen import plain, results
from talk_assets.cli.stored import By, PairName, RecordId, opened_store, pair_named, who
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System

_USAGE = (
    "Nothing was decided. Of a property that both ends changed: talk resolve PAIR RECORD PROPERTY --take "
    "salesforce|customerp. Of a record that one end deleted: talk resolve PAIR RECORD --keep, or --delete."
)


def resolve(
    pair: PairName,
    record: RecordId,
    name: Annotated[
        str | None, typer.Argument(metavar="[PROPERTY]", help="The property in conflict; none for a deleted record.")
    ] = None,
    *,
    take: Annotated[System | None, typer.Option(help="The end whose value of PROPERTY wins.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="One end deleted the record: keep the other's, and make it anew there.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="One end deleted the record: delete the other's, too.")
    ] = False,
    by: By = None,
) -> None:
    """Decide a conflict. The next sync carries it out, unless the record was changed again: then it asks again."""
    pair_named(pair)
    if sum([take is not None, keep, delete]) != 1:
        raise ConfigurationError(f"Say one of --take, --keep and --delete. {_USAGE}")
    if (name is None) is not (take is None):
        wanted = "--take wants the property" if name is None else "--keep and --delete are about whole records"
        raise ConfigurationError(f"{wanted}. {_USAGE}")
    if name is not None and take is not None:
        _take(pair, record, name, take, by=who(by))
    else:
        _deleted(pair, record, keep=keep, by=who(by))


def _take(pair: str, record: str, name: str, winner: System, *, by: str) -> None:
    from talk_assets.links.by_hand import find_link
    from talk_assets.resources import utc_now
    from talk_assets.store import decisions

    declared = pair_named(pair)
    with opened_store() as store:
        link = find_link(store, declared, record)
        found = [
            row
            for row in decisions.undecided(store, declared).to_dicts()
            if (row["link_id"], row["property"]) == (link["link_id"], name)
        ]
        if not found:
            raise ConfigurationError(
                f"{pair} {record} has no conflict about {name} that waits for a person. Nothing was decided. "
                "See what does: talk conflicts"
            )
        seen = {key: found[0][key] for key in ("pair", "link_id", "property", "salesforce_value", "customerp_value")}
        decisions.decide(store, seen, winner=winner, by=by, now=utc_now())
    results().print(
        plain(
            f"{winner.title} wins {name} of {pair} {record}: {_plainly(seen[f'{winner}_value'])} is written to "
            f"{winner.other.title} by the next sync, if neither end changes it before."
        )
    )


def _deleted(pair: str, record: str, *, keep: bool, by: str) -> None:
    from talk_assets.changesets.by_hand import delete_by_hand, keep_by_hand
    from talk_assets.entities import PAIRS
    from talk_assets.resources import utc_now

    declared = pair_named(pair)
    decide = keep_by_hand if keep else delete_by_hand
    with opened_store() as store:
        system, left = decide(store, declared, PAIRS, record, by=by, now=utc_now())
    if keep:
        said = f"is kept. The next sync makes it anew in {system.other.title}, as a new record"
    else:
        said = "is deleted by the next sync, if nobody edits it before"
    results().print(plain(f"{pair} {left} of {system.title} {said}. See it before: talk plan --pair {pair}"))


def _plainly(value: str | None) -> str:
    return "an empty value" if value is None else f"'{value}'"
