"""Contacts: Tryton's parties, whose one name is written ``Family, Given``."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from talk_assets_tryton.kinds import Facts, Kind, Line, LineWrite, Row, Texts, UnfitError

_BETWEEN = ", "
_MECHANISMS = {"email": "email", "phone": "phone", "mobile": "mobile"}
"""Customerp's property to the type of Tryton's contact mechanism."""
_ADDRESS = {"address.city": "city", "address.postalCode": "postal_code"}


class Contacts(Kind):
    """Parties. The first address is the contact's, and the first mechanism of each type."""

    model = "party.party"
    related: Mapping[str, str] = {"addresses": "party.address", "contact_mechanisms": "party.contact_mechanism"}
    domain: tuple[Any, ...] = (["name", "!=", None],)
    fields = (
        "name",
        *(f"addresses.{name}" for name in ("street", "city", "postal_code", "country.code", "sequence")),
        *(f"contact_mechanisms.{name}" for name in ("type", "value", "sequence")),
    )

    def values(self, row: Row, facts: Facts) -> Texts:  # noqa: ARG002 - the protocol's shape
        """The name in two, the first address, the first mechanism of each type."""
        family, _, given = str(row["name"]).partition(_BETWEEN)
        place = _first(row["addresses."]) or {}
        street = place.get("street")
        country = place.get("country.") or {}
        return {
            "familyName": family,
            "givenName": given or None,
            "address.lines": json.dumps(street.splitlines(), ensure_ascii=False) if street else None,
            **{path: place.get(name) for path, name in _ADDRESS.items()},
            "address.countryCode": country.get("code"),
            **{path: (_mechanism(row, kind) or {}).get("value") for path, kind in _MECHANISMS.items()},
        }

    def lines(self, row: Row) -> list[Line]:  # noqa: ARG002 - the protocol's shape
        """None."""
        return []

    def creation(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], facts: Facts) -> Row:  # noqa: ARG002 - the protocol's shape
        """A party, its address and its mechanisms in one."""
        place = self._place(values, facts)
        reached = [
            {"type": kind, "value": values[path]} for path, kind in _MECHANISMS.items() if values.get(path) is not None
        ]
        return {
            "name": _name(values, {}),
            # The form makes an empty address; whoever wants to sell needs one.
            "addresses": [["create", [place]]],
            "contact_mechanisms": [["create", reached]] if reached else [],
        }

    def change(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], row: Row, facts: Facts) -> Row:  # noqa: ARG002 - the protocol's shape
        """The name, the first address, and the mechanisms that are named."""
        fields: Row = {}
        if {"familyName", "givenName"} & set(values):
            fields["name"] = _name(values, self.values(row, facts))
        place = self._place(values, facts)
        if place:
            first = _first(row["addresses."])
            fields["addresses"] = [["write", [first["id"]], place] if first else ["create", [place]]]
        steps: list[Any] = []
        for path, kind in _MECHANISMS.items():
            if path in values:
                known = _mechanism(row, kind)
                if values[path] is None:
                    steps += [["delete", [known["id"]]]] if known else []
                elif known:
                    steps.append(["write", [known["id"]], {"value": values[path]}])
                else:
                    steps.append(["create", [{"type": kind, "value": values[path]}]])
        return fields | ({"contact_mechanisms": steps} if steps else {})

    def steps(self, values: Mapping[str, str | None], row: Row) -> list[str]:  # noqa: ARG002 - the protocol's shape
        """A party has no status."""
        return []

    def _place(self, values: Mapping[str, str | None], facts: Facts) -> Row:
        place: Row = {name: values[path] for path, name in _ADDRESS.items() if path in values}
        if "address.lines" in values:
            lines = values["address.lines"]
            place["street"] = None if lines is None else "\n".join(json.loads(lines))
        if "address.countryCode" in values:
            code = values["address.countryCode"]
            place["country"] = None if code is None else facts.country(code)
        return place


def _name(values: Mapping[str, str | None], now: Mapping[str, str | None]) -> str:
    both = dict(now) | dict(values)
    family, given = both.get("familyName") or "", both.get("givenName")
    if _BETWEEN in family:
        raise UnfitError("familyName", f"a comma stands between family and given name in Tryton: {family!r}")
    return family if not given else f"{family}{_BETWEEN}{given}"


def _first(rows: Sequence[Row]) -> Row | None:
    return min(rows, key=_place_of, default=None)


def _mechanism(row: Row, kind: str) -> Row | None:
    return _first([one for one in row["contact_mechanisms."] if one["type"] == kind])


def _place_of(row: Row) -> tuple[bool, int, int]:
    return row.get("sequence") is None, row.get("sequence") or 0, row["id"]
