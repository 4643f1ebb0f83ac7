"""The property catalogue: everything kept in step, as Markdown made from the declarations.

`python -m talk_assets.reports.catalogue --write docs/reference.md` puts it between the file's two markers, so
that the document and the code cannot say different things.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from talk_assets.entities import PAIRS
from talk_assets.mapped.describe import direction
from talk_assets.model.markdown import prose, table
from talk_assets.model.pair import DeletePolicy, EntityPair, StatusRule
from talk_assets.model.system import System
from talk_assets.reports.rules import rules

BEGIN = "<!-- reference:begin -->"
END = "<!-- reference:end -->"
_HEADING = "## Reference"
_COLUMNS = (
    "Property",
    "Salesforce property",
    "Customerp property",
    "Customerp data type",
    "Direction",
    "Rule",
)
_INTRODUCTION = (
    "What is kept in step, property by property, made from `talk_assets/entities/` by `make reference`. "
    "Text that is longer than the other end takes is not cut, unless a rule here says so: the record waits in "
    "quarantine, named with the property, the length and the limit. Text that is empty counts as missing."
)


def catalogue(pairs: Sequence[EntityPair] = tuple(PAIRS.values())) -> str:
    """Return the catalogue of *pairs*, one section each, without a newline at its end."""
    known = {pair.name: pair for pair in pairs}
    sections = [section(pair, parent=known.get(pair.parent or "")) for pair in pairs]
    return "\n\n".join([_INTRODUCTION, *sections])


def section(pair: EntityPair, *, parent: EntityPair | None = None) -> str:
    """Return the heading, the rules and the table of one pair; *parent* is the document of a line pair."""
    rows = [
        (
            f"`{p.name}`",
            f"`{p.salesforce.path}`",
            f"`{p.customerp.path}`",
            prose(p.customerp.type),
            direction(p),
            rules(pair, p),
        )
        for p in pair.properties
    ]
    return "\n\n".join([_heading(pair, parent), _about(pair, parent), table(_COLUMNS, rows)])


def placed(text: str, reference: str) -> str:
    """Return the document *text* with *reference* between its markers; without markers, at its end.

    Raises:
        ValueError: one marker stands alone, stands twice, or they stand in the wrong order.
    """
    block = f"{BEGIN}\n\n{reference}\n\n{END}"
    if BEGIN not in text and END not in text:
        return f"{text.rstrip()}\n\n{_HEADING}\n\n{block}\n"
    start, end = text.find(BEGIN), text.find(END)
    if not 0 <= start < end or text.count(BEGIN) > 1 or text.count(END) > 1:
        raise ValueError(f"{BEGIN} and {END} must each stand once, in this order. Nothing was changed.")
    return text[:start] + block + text[end + len(END) :]


def _heading(pair: EntityPair, parent: EntityPair | None) -> str:
    there = pair.customerp if parent is None else f"{parent.customerp}.{pair.nested_at}[]"
    return f"## {pair.name.replace('_', ' ').capitalize()}: Salesforce `{pair.salesforce}` ⇄ Customerp `{there}`"


def _about(pair: EntityPair, parent: EntityPair | None) -> str:
    said = [pair.doc, _linking(pair)]
    said += [
        f"{system.title} needs {' or '.join(f'`{name}`' for name in needed)}."
        for system, needed in pair.needs_one_of.items()
    ]
    said += [
        "A record deleted on one end is deleted on the other."
        if pair.deletes is DeletePolicy.PROPAGATE
        else "A record deleted on one end stays on the other, and its link is flagged."
    ]
    if pair.status is not None:
        said += _locks_record(pair.status)
    if parent is not None and parent.status is not None:
        said += _locks_lines(parent, parent.status)
    return " ".join(prose(text) for text in said)


def _linking(pair: EntityPair) -> str:
    if not pair.match:
        return "Linked by our key only."
    ways = [
        " + ".join(f"`{name}`" for name in key.properties) + ("" if key.ambiguous_is_review else " where it is unique")
        for key in pair.match
    ]
    return f"Linked by our key, then by {', then by '.join(ways)}."


def _locks_record(rule: StatusRule) -> list[str]:
    born = [
        f"{system.title} creates it as {status} and moves it on once its lines exist."
        for system, status in rule.born.items()
    ]
    return born + [
        f"In {system.title} only the status can change while it is {_either(statuses)}."
        for system, statuses in rule.freezes_record.items()
    ]


def _locks_lines(parent: EntityPair, rule: StatusRule) -> list[str]:
    locks = {
        system: rule.freezes_lines.get(system, frozenset()) | rule.freezes_record.get(system, frozenset())
        for system in System
    }
    return [
        f"In {system.title} lines are locked while the {parent.name} is {_either(statuses)}."
        for system, statuses in locks.items()
        if statuses
    ]


def _either(statuses: frozenset[str]) -> str:
    return " or ".join(sorted(statuses))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the catalogue, or put it into a document."""
    parser = argparse.ArgumentParser(prog="python -m talk_assets.reports.catalogue", description=main.__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="the document whose reference is replaced")
    chosen = parser.parse_args(arguments)
    if chosen.write is None:
        sys.stdout.write(catalogue() + "\n")
        return
    chosen.write.write_text(placed(chosen.write.read_text(encoding="utf-8"), catalogue()), encoding="utf-8")


if __name__ == "__main__":
    main()
