"""Tryton keeps the rules of ports."""

import pytest
from talk_assets_tryton import open_port

from talk_assets.entities import PAIRS, children_of
from talk_assets.model.system import System
from talk_assets.resources import utc_now
from talk_assets.systems.plugged import Opening
from talk_assets.testing import Kind, PortTests, Subject

ENTITIES = {name: pair.entity(System.CUSTOMERP, children_of(pair)) for name, pair in PAIRS.items()}


@pytest.fixture(scope="module")
def subject(person):
    def opened():
        return open_port(Opening(url=person.url, api_key=person.key, entities=ENTITIES, clock=utc_now))

    party = person.make("party.party", name="Byron, Ada", addresses=[["create", [{"city": "London"}]]])
    template = person.make(
        "product.template", name="Pump", type="goods", default_uom=1, salable=True, sale_uom=1,
        products=[["create", [{"description": "Pumps"}]]],
    )  # fmt: skip
    (product,) = person.call("model.product.product.search", [["template", "=", template]], 0, 1, None)
    port = opened()
    yield Subject(
        port=port,
        another=opened,
        record=Kind(
            entity=ENTITIES["contact"],
            values={"familyName": "Lovelace"},
            text="address.city",
            refused={"familyName": "Lovelace, Ada"},
        ),
        document=Kind(
            entity=ENTITIES["order"],
            values={"title": "An order", "contactId": str(party), "orderDate": "2026-03-14"},
            text="notes",
        ),
        line=Kind(
            entity=ENTITIES["order_line"],
            values={"productId": str(product), "quantity": "2", "unitPrice": "10.5"},
            text="description",
            refused={"quantity": "2.5"},
        ),
    )
    port.close()


class TestTryton(PortTests):
    """Whatever the rules of ports say, Tryton does through its port."""
