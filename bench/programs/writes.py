"""The contacts that a push changes, as writes of two properties each."""

from collections.abc import Iterator

from bench.case import Context
from talk_assets.model.changes import Op, Write
from talk_assets.model.system import System
from talk_assets.sandbox.salesforce.ids import numbered

PROPERTIES = {System.SALESFORCE: ("Title", "Department"), System.CUSTOMERP: ("jobTitle", "department")}


def record_id(system: System, number: int) -> str:
    """The id of the person with this number, as the neutral server gives it."""
    return numbered("003", number + 1) if system is System.SALESFORCE else f"C{number + 1000}"


def writes(context: Context, system: System) -> Iterator[Write]:
    """One write for each person."""
    mark = f"{context.folder.name} {system}"
    for number in range(context.size):
        values: dict[str, str | None] = {path: f"{path} {mark} {number}" for path in PROPERTIES[system]}
        yield Write(intent_id=f"{number}", entity="contact", op=Op.UPDATE, values=values, id=record_id(system, number))
