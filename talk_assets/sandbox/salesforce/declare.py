"""Short constructors for field declarations, so that an object reads as a table."""

# ruff: noqa: ANN401 - the facts are the keywords of Field

from __future__ import annotations

from typing import Any

from .schema import Field, OnDelete, label_of

STANDARD_GEOCODE_ACCURACY = (
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "County",
    "State",
    "Unknown",
)


def _field(name: str, kind: str, **facts: Any) -> Field:
    return Field(name=name, type=kind, label=facts.pop("label", label_of(name)), **facts)


def _read_only(facts: dict[str, Any]) -> dict[str, Any]:
    return {"createable": False, "updateable": False} | facts


def text(name: str, length: int, **facts: Any) -> Field:
    """One line of text."""
    return _field(name, "string", length=length, **facts)


def long_text(name: str, length: int, **facts: Any) -> Field:
    """Text of several lines; above 255 characters it cannot be filtered or sorted."""
    return _field(name, "textarea", length=length, **facts)


def phone(name: str, **facts: Any) -> Field:
    """A phone number, kept as written."""
    return _field(name, "phone", length=40, **facts)


def email(name: str, **facts: Any) -> Field:
    """An e-mail address, checked on save."""
    return _field(name, "email", length=80, **facts)


def url(name: str, length: int = 255, **facts: Any) -> Field:
    """A web address, kept as written."""
    return _field(name, "url", length=length, **facts)


def picklist(name: str, *values: str, length: int = 255, **facts: Any) -> Field:
    """A choice; unless `restricted`, any text is stored."""
    return _field(name, "picklist", length=length, picklist=values, **facts)


def boolean(name: str, *, default: bool = False, **facts: Any) -> Field:
    """A check box: never null, always defaulted."""
    return _field(name, "boolean", nillable=False, defaulted=True, default=int(default), **facts)


def date(name: str, **facts: Any) -> Field:
    """A day without a zone."""
    return _field(name, "date", **facts)


def moment(name: str, **facts: Any) -> Field:
    """A datetime that only the system sets."""
    return _field(name, "datetime", **_read_only(facts))


def integer(name: str, digits: int = 9, **facts: Any) -> Field:
    """A whole number."""
    return _field(name, "int", precision=digits, **facts)


def currency(name: str, precision: int = 18, scale: int = 2, **facts: Any) -> Field:
    """Money in the org's currency."""
    return _field(name, "currency", precision=precision, scale=scale, **facts)


def double(name: str, precision: int, scale: int, **facts: Any) -> Field:
    """A decimal number."""
    return _field(name, "double", precision=precision, scale=scale, **facts)


def percent(name: str, precision: int, scale: int, **facts: Any) -> Field:
    """A percentage: 10 means 10 %."""
    return _field(name, "percent", precision=precision, scale=scale, **facts)


def auto_number(name: str, **facts: Any) -> Field:
    """A number that the system gives at creation."""
    return text(name, 30, auto_number=True, nillable=False, defaulted=True, **_read_only(facts))


def derived(field: Field) -> Field:
    """Return *field* as one that the system computes: nobody writes it."""
    return Field(**{**_facts(field), "createable": False, "updateable": False, "defaulted": not field.nillable})


def create_only(field: Field) -> Field:
    """Return *field* as one that can be given at creation and never changed."""
    return Field(**{**_facts(field), "updateable": False})


def _facts(field: Field) -> dict[str, Any]:
    return {name: getattr(field, name) for name in Field.__dataclass_fields__}


def reference(
    name: str,
    *parents: str,
    children: str | None = None,
    on_delete: OnDelete = OnDelete.CLEAR,
    **facts: Any,
) -> Field:
    """A look-up; the relation is called as the field without its `Id`."""
    return _field(
        name,
        "reference",
        length=18,
        refers_to=parents,
        relationship=name.removesuffix("Id"),
        children=children,
        on_delete=on_delete,
        indexed=True,
        **facts,
    )


def address(prefix: str) -> tuple[Field, ...]:
    """A compound address and its parts: street, city, state, postal code, country and position."""
    compound = f"{prefix}Address"
    parts = (
        long_text(f"{prefix}Street", 255, compound=compound),
        text(f"{prefix}City", 40, compound=compound),
        text(f"{prefix}State", 80, label=f"{prefix} State/Province", compound=compound),
        text(f"{prefix}PostalCode", 20, label=f"{prefix} Zip/Postal Code", compound=compound),
        text(f"{prefix}Country", 80, compound=compound),
        double(f"{prefix}Latitude", 18, 15, compound=compound),
        double(f"{prefix}Longitude", 18, 15, compound=compound),
        picklist(f"{prefix}GeocodeAccuracy", *STANDARD_GEOCODE_ACCURACY, length=40, restricted=True, compound=compound),
    )
    keys = ("street", "city", "state", "postalCode", "country", "latitude", "longitude", "geocodeAccuracy")
    by_key = sorted(zip(keys, (part.name for part in parts), strict=True))
    whole = _field(compound, "address", components=tuple(by_key), createable=False, updateable=False)
    return (*parts, whole)


def row_identity() -> tuple[Field, ...]:
    """The fields at the head of every object."""
    return (
        _field(
            "Id", "id", length=18, nillable=False, defaulted=True, id_lookup=True, createable=False, updateable=False
        ),
        boolean("IsDeleted", label="Deleted", createable=False, updateable=False),
    )


def row_history() -> tuple[Field, ...]:
    """Who made and last changed a row, and when; only the system writes them."""
    return (
        moment("CreatedDate", nillable=False, defaulted=True),
        derived(reference("CreatedById", "User", nillable=False)),
        moment("LastModifiedDate", nillable=False, defaulted=True),
        derived(reference("LastModifiedById", "User", nillable=False)),
        moment("SystemModstamp", indexed=True, nillable=False, defaulted=True),
    )


def owner() -> Field:
    """The user who owns the row; the running user unless given."""
    return reference("OwnerId", "User", nillable=False, defaulted=True)


def external_id(name: str) -> Field:
    """The customer's own key: unique, compared without case."""
    return text(name, 64, unique=True, external_id=True, id_lookup=True)
