"""An object's description, as Salesforce's JSON has it, as an `ObjectShape`."""

from collections.abc import Mapping
from typing import Any

from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.systems.salesforce.rest import unexpected


def shape_of(described: Any) -> ObjectShape:  # noqa: ANN401 - JSON
    """Return the object of a describe answer; what the answer does not say of a field counts as allowed.

    Raises:
        PeerAnswerError: it is no description.
    """
    fields = described.get("fields") if isinstance(described, dict) else None
    if not isinstance(fields, list) or not all(isinstance(f, dict) and isinstance(f.get("name"), str) for f in fields):
        raise unexpected("a description")
    return ObjectShape(
        name=_text(described, "name"),
        createable=_flag(described, "createable", other=True),
        updateable=_flag(described, "updateable", other=True),
        deletable=_flag(described, "deletable", other=True),
        fields={one["name"]: _field(one) for one in fields},
    )


def _field(told: Mapping[str, Any]) -> FieldShape:
    return FieldShape(
        name=told["name"],
        type=_text(told, "type"),
        label=_text(told, "label"),
        length=_number(told, "length"),
        precision=_number(told, "precision"),
        scale=_number(told, "scale"),
        createable=_flag(told, "createable", other=True),
        updateable=_flag(told, "updateable", other=True),
        nillable=_flag(told, "nillable", other=True),
        defaulted=_flag(told, "defaultedOnCreate", other=False),
        calculated=_flag(told, "calculated", other=False) or _flag(told, "autoNumber", other=False),
        external_id=_flag(told, "externalId", other=False),
        unique=_flag(told, "unique", other=False),
        restricted=_flag(told, "restrictedPicklist", other=False),
        choices=tuple(
            one["value"]
            for one in _list(told, "picklistValues")
            if isinstance(one, dict) and isinstance(one.get("value"), str) and one.get("active") is not False
        ),
        refers_to=tuple(one for one in _list(told, "referenceTo") if isinstance(one, str)),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""


def _number(told: Mapping[str, Any], name: str) -> int:
    try:
        return int(told.get(name) or 0)
    except (TypeError, ValueError):
        return 0


def _flag(told: Mapping[str, Any], name: str, *, other: bool) -> bool:
    found = told.get(name)
    return found if isinstance(found, bool) else other


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name)
    return found if isinstance(found, list) else []
