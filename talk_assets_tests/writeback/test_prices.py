"""Prices over real HTTP: entries of the standard price book are records of their own that others make, too."""

import pytest

from talk_assets.store import conflict_log, quarantine
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.world import World

PRODUCT = "SELECT Id, Description FROM Product2 WHERE ProductCode = '{}'"
ENTRIES = "SELECT Id, UnitPrice, IsActive FROM PricebookEntry WHERE Product2.ProductCode = '{}'"


@pytest.fixture(scope="module")
def world():
    with Served() as served:
        made = World(served, pairs=["product", "order"])
        yield made
        made.close()


@pytest.fixture
def code(world):
    """A product made at Customerp, without a price, that stands at Salesforce too; its code."""
    found = world.token()
    world.served.customerp.create("products", {"number": found, "name": f"Name {found}"})
    world.later()
    assert world.cycle() == (0, "")
    world.later()
    return found


def there(world, code):
    (found,) = [p for p in world.served.customerp.all("products") if p["number"] == code]
    return found


def here(world, code):
    (found,) = world.served.salesforce.query(PRODUCT.format(code))
    return found


def entries(world, code):
    found = world.served.salesforce.query(ENTRIES.format(code))
    return [(float(row["UnitPrice"]), row["IsActive"]) for row in found]


def give_price(world, code, price, *, active=True):
    """What a Salesforce user does."""
    (book,) = world.served.salesforce.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
    known = world.served.salesforce.query(ENTRIES.format(code))
    if known:
        world.served.salesforce.update("PricebookEntry", known[0]["Id"], UnitPrice=price)
    else:
        product = here(world, code)["Id"]
        world.served.salesforce.create(
            "PricebookEntry", Pricebook2Id=book["Id"], Product2Id=product, UnitPrice=price, IsActive=active
        )


def logged(world):
    columns = ("property", "salesforce_value", "customerp_value", "winner")
    found = conflict_log.entries(world.db, "product")
    return [tuple(row[name] for name in columns) for row in found.iter_rows(named=True)]


def test_a_price_that_somebody_sets_in_the_same_moment_is_met_not_doubled(world, code):
    """Its entry stands when ours is to be made: both prices are known, and the later one wins."""
    world.served.customerp.update("products", there(world, code)["id"], {"listPrice": 10})
    world.later()
    world.before_write("salesforce", "pricebook_entry", lambda *_: give_price(world, code, 12))

    assert world.cycle() == (0, "")
    assert entries(world, code) == [(12.0, True)]
    assert float(there(world, code)["listPrice"]) == 12.0
    assert logged(world)[0] == ("list_price", "12.0000", "10.0000", "salesforce")


def order(world, code):
    line = {"productId": there(world, code)["id"], "quantity": 1, "unitPrice": 5, "description": f"Line {code}"}
    body = {"purchaseOrderNumber": code, "orderDate": "2026-03-01", "companyName": "Fjord AS", "lines": [line]}
    world.served.customerp.create("orders", body)
    world.later()


@pytest.mark.parametrize("active", [True, False])
def test_an_entry_that_somebody_makes_in_the_same_moment_serves_the_line(world, code, active):
    """An order's line needs one; what stands there is used, made active, and keeps its price."""
    order(world, code)
    world.before_write("salesforce", "pricebook_entry", lambda *_: give_price(world, code, 12, active=active))
    codes = [world.cycle()[0] for _ in range(2)]

    assert codes[-1] == 0
    lines = world.served.salesforce.query(f"SELECT UnitPrice FROM OrderItem WHERE Description = 'Line {code}'")  # noqa: S608
    assert [float(row["UnitPrice"]) for row in lines] == [5.0]
    assert entries(world, code) == [(12.0, True)]
    assert float(there(world, code)["listPrice"]) == 12.0


@pytest.mark.parametrize("kind", ["commit_then_reset", "reset"])
def test_the_entry_of_a_line_sets_no_price_though_its_answer_is_lost(world, code, kind):
    """It is made with the price 0 because it needs one; nobody set it, so it does not travel."""
    order(world, code)
    world.served.faults("salesforce").take({"kind": kind, "method": "write", "body": "PricebookEntry"})
    world.cycle()
    world.served.faults("salesforce").clear()
    world.later(1000)

    assert world.cycle() == (0, "")
    assert entries(world, code) == [(0.0, True)]
    assert there(world, code)["listPrice"] is None


def test_a_price_that_our_write_overwrites_is_kept_in_the_conflict_log(world, code):
    """It was set after our last look: both values are known afterwards."""
    give_price(world, code, 12)
    world.later()
    assert world.cycle() == (0, "")
    world.served.customerp.update("products", there(world, code)["id"], {"listPrice": 11})
    world.later()
    world.before_write("salesforce", "pricebook_entry", lambda *_: give_price(world, code, 15))

    assert world.cycle() == (0, "")
    assert entries(world, code) == [(11.0, True)]
    assert logged(world)[0] == ("list_price", "15.0000", "11.0000", "customerp")


def test_a_refused_price_holds_nothing_but_the_price(world, code):
    """What else was edited of the product goes, and the price as soon as it is edited again."""
    world.served.customerp.update("products", there(world, code)["id"], {"listPrice": 13, "description": f"D {code}"})
    world.later()
    fault = {"kind": "failed_records", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "body": "PricebookEntry"}
    world.served.faults("salesforce").take(fault | {"count": None})
    exit_code, said = world.cycle()
    world.later()
    assert world.cycle()[0] == 1
    world.served.faults("salesforce").clear()

    assert (exit_code, here(world, code)["Description"]) == (1, f"D {code}")
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in said
    assert quarantine.entries(world.db, "product")["property"].to_list() == ["list_price"]
    world.served.customerp.update("products", there(world, code)["id"], {"listPrice": 14})
    world.later()
    assert world.cycle() == (0, "")
    assert entries(world, code) == [(14.0, True)]
