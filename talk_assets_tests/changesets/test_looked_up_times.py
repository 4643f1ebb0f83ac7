"""What is looked up in another record moved when that record did: the later edit wins, not the later touch."""

import pytest

from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System


def edit_price(twins, system, ids, price):
    twins.clock.tick()
    if system is CUSTOMERP:
        twins.edit("product", system, ids[system], list_price=price)
    else:
        (entry,) = twins.ends[SALESFORCE].live("pricebook_entry")
        twins.ends[SALESFORCE].edit("pricebook_entry", entry, {"UnitPrice": price})


@pytest.mark.parametrize("later", System)
def test_the_later_of_two_prices_wins(twins, later):
    """A Salesforce price has the time of its price book entry, whenever the product itself was touched."""
    there = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="10")
    twins.cycle(pairs=["product"])
    ids = {CUSTOMERP: there, SALESFORCE: twins.other("product", CUSTOMERP, there)}
    edit_price(twins, later.other, ids, "11")
    edit_price(twins, later, ids, "12")
    twins.cycle(pairs=["product"])

    assert [float(twins.get("product", system, ids[system])["list_price"]) for system in System] == [12.0, 12.0]


def test_a_product_touched_later_does_not_make_its_price_newer(twins):
    """The Salesforce price was set first; that somebody described the product last decides nothing."""
    there = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="10")
    twins.cycle(pairs=["product"])
    ids = {CUSTOMERP: there, SALESFORCE: twins.other("product", CUSTOMERP, there)}
    edit_price(twins, SALESFORCE, ids, "11")
    edit_price(twins, CUSTOMERP, ids, "12")
    twins.edit("product", SALESFORCE, ids[SALESFORCE], description="Oak")
    twins.cycle(pairs=["product"])

    for system in System:
        held = twins.get("product", system, ids[system])
        assert (float(held["list_price"]), held["description"]) == (12.0, "Oak")


@pytest.mark.parametrize("later", System)
def test_the_later_of_two_companies_wins(twins, later):
    """A Salesforce contact's company moved when its Account was renamed, though nobody touched the contact."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.cycle(pairs=["contact"])
    here = twins.other("contact", CUSTOMERP, there)
    (account,) = twins.ends[SALESFORCE].live("account")

    def rename(name):
        twins.clock.tick()
        twins.ends[SALESFORCE].edit("account", account, {"Name": name})

    if later is SALESFORCE:
        twins.edit("contact", CUSTOMERP, there, company="First AS")
        rename("Last AS")
    else:
        rename("First AS")
        twins.edit("contact", CUSTOMERP, there, company="Last AS")
    twins.cycle(pairs=["contact"])

    companies = {twins.get("contact", s, i)["company"] for s, i in ((SALESFORCE, here), (CUSTOMERP, there))}
    assert companies == {"Last AS"}
