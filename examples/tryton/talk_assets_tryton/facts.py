"""What a mapping must look up in Tryton, kept for the port's lifetime."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from talk_assets.model.errors import ConfigurationError
from talk_assets_tryton.kinds import Facts, Row, UnfitError


class Known(Facts):
    """Looks things up by *call*, once each."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self._countries: dict[str, int] = {}
        self._units: dict[str, int] = {}
        self._products: dict[str, Row] = {}

    @cached_property
    def company(self) -> Row:
        """The first company there is.

        Raises:
            ConfigurationError: there is none yet.
        """
        names = ["party", "party.name", "currency", "currency.code"]
        found = self._call("model.company.company.search_read", [], 0, 1, [["id", "ASC"]], names)
        if not found:
            raise ConfigurationError(
                "Tryton has no company yet. Nothing was read or written. Make one there, and give the login access "
                "to it."
            )
        return dict(found[0])

    def country(self, code: str) -> int:
        """The id of a country.

        Raises:
            UnfitError: Tryton does not know it.
        """
        return self._found(self._countries, "country.country", "code", code, "address.countryCode")

    def unit(self, symbol: str) -> int:
        """The id of a unit of measure.

        Raises:
            UnfitError: Tryton does not know it.
        """
        return self._found(self._units, "product.uom", "symbol", symbol, "unit")

    def product(self, product_id: str) -> Row:
        """A product's id and the unit it is sold in.

        Raises:
            UnfitError: there is none, or it is not sold.
        """
        if product_id not in self._products:
            found = self._call("model.product.product.read", [int(product_id)], ["sale_uom"])
            if not found or found[0]["sale_uom"] is None:
                raise UnfitError("productId", f"product {product_id} is not sold in Tryton")
            self._products[product_id] = found[0]
        return self._products[product_id]

    def address(self, party_id: str) -> int | None:
        """The id of a party's first address."""
        found = self._call("model.party.address.search", [["party", "=", int(party_id)]], 0, 1, None)
        return int(found[0]) if found else None

    def _found(self, known: dict[str, int], model: str, field: str, value: str, path: str) -> int:
        if value not in known:
            found = self._call(f"model.{model}.search", [[field, "=", value]], 0, 1, None)
            if not found:
                raise UnfitError(path, f"Tryton has no {model} with {field} {value}")
            known[value] = int(found[0])
        return known[value]
