"""A plan also lists what its creations bring with them, and just that is written besides."""

from talk_assets.model.system import System
from talk_assets_tests.shop import Shop

SALESFORCE, CUSTOMERP = System


def follows(report):
    rows = report.plan.filter(state="follows").select("pair", "system", "op", "id", "property", "old", "new").rows()
    return set(rows)


def test_lines_status_price_and_what_salesforce_needs_are_listed(twins):
    """A confirmed order of a new company, and a product with a price, and another that has none yet."""
    shop = Shop(twins)
    bare = twins.add("product", CUSTOMERP, name="Plug", product_code="P1")
    shop.cycle()
    lamp = twins.add("product", CUSTOMERP, name="Torch", product_code="T1", list_price="5.00")
    given = {"company": "Havn AS", "contact": None, "status": "confirmed", "name": "Boat"}
    order = shop.order(CUSTOMERP, shop.line(), shop.line(product=bare), **given)
    lines = {row["product"]: record for record, row in shop.lines(CUSTOMERP).items()}
    plan = shop.cycle(dry_run=True)
    written = twins.writes
    shop.cycle()

    assert follows(plan) == {
        ("product", "salesforce", "update", lamp, "list_price", None, "5.0000"),
        ("order", "salesforce", "update", order, "status", "open", "confirmed"),
        ("order", "salesforce", "create", order, "Account", None, "Havn AS"),
        ("order_line", "salesforce", "create", lines[bare], None, None, None),
        ("order_line", "salesforce", "create", lines[shop.products[CUSTOMERP]], None, None, None),
        ("order_line", "salesforce", "create", lines[bare], "PricebookEntry", None, "0"),
    }
    # The Torch and its price, the Account, the Plug's entry, the order with its lines, its status.
    assert twins.writes == written + 6
    assert follows(shop.cycle(dry_run=True)) == set()


def test_a_quote_brings_its_opportunity_once(twins):
    """One Account for two quotes of a company, an Opportunity for each."""
    shop = Shop(twins)
    for title in ("One", "Two"):
        given = {"title": title, "contact": shop.people[CUSTOMERP], "company": "Havn AS"}
        twins.add("quote", CUSTOMERP, lines=(shop.line(),), **given)
    plan = twins.cycle(dry_run=True)

    assert sorted((row[4], row[6]) for row in follows(plan) if row[0] == "quote") == [
        ("Account", "Havn AS"),
        ("Opportunity", "One"),
        ("Opportunity", "Two"),
    ]
