"""What only Salesforce has, through a cycle: Accounts, Opportunities and prices."""

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets_tests.shop import ORDERS, Shop
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System


@pytest.fixture
def shop(twins):
    return Shop(twins)


def quantities(shop, system):
    return sorted(float(line["quantity"]) for line in shop.lines(system).values())


def test_a_private_contacts_order_gets_an_account_of_the_persons_name(twins):
    """Salesforce needs an Account; a person without a company stands for one."""
    person = twins.add("contact", CUSTOMERP, first_name="Ane", last_name="Berg")
    twins.add("order", CUSTOMERP, order_date="2026-03-01", contact=person)
    twins.settle()

    assert [a["Name"] for a in twins.ends[SALESFORCE].live("account").values()] == ["Ane Berg"]
    assert len(twins.live("order", SALESFORCE)) == 1


def parks(twins):
    report = twins.cycle(**ORDERS)
    first = twins.writes
    again = twins.cycle(**ORDERS)

    reasons = again.plan.filter(again.plan["state"] == "parked")["reason"].to_list()
    assert twins.writes == first
    return report, again, reasons


def test_a_private_contacts_order_may_wait_instead():
    """Where settings say so it is parked with what is missing, and costs no request while it waits."""
    twins = Twins(account_for_private_contacts="park")
    person = twins.add("contact", CUSTOMERP, last_name="Berg")
    twins.add("order", CUSTOMERP, order_date="2026-03-01", contact=person)
    report, again, reasons = parks(twins)
    assert (report.tallies["order"].parked, again.tallies["order"].parked) == (1, 1)
    assert len(reasons) == 1
    assert "needs an Account" in reasons[0]

    twins.edit("contact", CUSTOMERP, person, company="Fjord AS")
    twins.cycle(**ORDERS)
    assert twins.only("order", SALESFORCE)["company"] == "Fjord AS"


def test_of_two_accounts_of_one_name_none_is_chosen(twins):
    """A company whose name two Accounts have waits for a person, and goes on when one is left."""
    ids = [twins.ends[SALESFORCE].add("account", {"Name": "Fjord AS"}) for _ in range(2)]
    twins.add("contact", CUSTOMERP, last_name="Berg", company="fjord  as")
    report, again, reasons = parks(twins)
    assert (report.tallies["contact"].parked, again.tallies["contact"].parked) == (1, 1)
    assert "2 Salesforce Accounts" in reasons[0]

    twins.ends[SALESFORCE].edit("account", ids[1], {"Name": "Other AS"})
    twins.cycle(**ORDERS)
    assert twins.only("contact", SALESFORCE)["company"] == "Fjord AS"


def test_a_changed_company_waits_for_its_account_and_the_rest_goes_on(twins):
    """Only the company of a linked contact is parked."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", company="Berg AS")
    twins.cycle(**ORDERS)
    for _ in range(2):
        twins.ends[SALESFORCE].add("account", {"Name": "Fjord AS"})
    twins.edit("contact", CUSTOMERP, there, company="Fjord AS", job_title="Boss")
    report, again, _ = parks(twins)

    assert (report.tallies["contact"].parked, again.tallies["contact"].parked) == (1, 1)
    assert twins.only("contact", SALESFORCE)["job_title"] == "Boss"
    assert twins.only("contact", SALESFORCE)["company"] == "Berg AS"


def test_a_company_is_linked_to_the_one_account_of_its_name(twins):
    """Case and spaces do not make another company; the spelling of each end stays."""
    known = twins.account("FJORD as")
    twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.settle()

    assert list(twins.ends[SALESFORCE].live("account")) == [known]
    assert twins.only("contact", CUSTOMERP)["company"] == "Fjord AS"


def test_a_price_becomes_the_standard_price(twins):
    """A product is made first, then its entry in the standard price book, in one cycle."""
    there = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="19.9050")
    twins.settle()
    assert twins.only("product", SALESFORCE)["list_price"] == "19.90"

    twins.edit("product", CUSTOMERP, there, list_price="25")
    twins.settle()
    assert twins.only("product", SALESFORCE)["list_price"] == "25.00"
    assert twins.only("product", CUSTOMERP)["list_price"] == "25"


def test_a_price_set_in_salesforce_arrives(twins):
    """An edit of the price book entry is an edit of the product."""
    twins.add("product", SALESFORCE, name="Lamp", product_code="L1", list_price="19.90")
    twins.settle()
    ((entry, _),) = twins.ends[SALESFORCE].live("pricebook_entry").items()
    twins.clock.tick()
    twins.ends[SALESFORCE].edit("pricebook_entry", entry, {"UnitPrice": "21.50"})
    twins.settle()

    assert twins.only("product", CUSTOMERP)["list_price"] == "21.5000"


def test_a_cleared_price_is_held(twins):
    """Salesforce keeps a price once it has one; clearing it is told, not tried."""
    there = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="19.90")
    twins.settle()
    twins.edit("product", CUSTOMERP, there, list_price=None)
    written = twins.writes
    report = twins.cycle(pairs=["product"])

    assert (report.tallies["product"].held, twins.writes) == (1, written)
    assert twins.only("product", SALESFORCE)["list_price"] == "19.90"


def test_a_refused_price_is_not_repeated(twins):
    """A price the org does not take is quarantined like any refusal, and tried again when it changes."""
    no = Problem(code="FIELD_INTEGRITY_EXCEPTION", message="Too dear.", property="UnitPrice")
    twins.refusals.append(
        lambda entity, _, v: no if entity == "pricebook_entry" and v["UnitPrice"] == "99.00" else None
    )
    there = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="99")
    report = twins.cycle(pairs=["product"])
    written = twins.writes
    twins.cycle(pairs=["product"])
    assert (written, twins.writes, report.tallies["product"].quarantined) == (2, 2, 1)

    twins.edit("product", CUSTOMERP, there, list_price="98")
    report = twins.cycle(pairs=["product"])
    assert twins.only("product", SALESFORCE)["list_price"] == "98.00"
    assert report.tallies["product"].quarantined == 0


def test_an_inactive_price_is_reactivated_for_a_line(shop):
    """A line needs an active entry of the standard price book."""
    ((entry, _),) = shop.twins.ends[SALESFORCE].live("pricebook_entry").items()
    shop.twins.ends[SALESFORCE].edit("pricebook_entry", entry, {"IsActive": "false"})
    shop.order()
    shop.cycle()

    assert quantities(shop, SALESFORCE) == [2.0]
    assert shop.twins.ends[SALESFORCE].live("pricebook_entry")[entry]["IsActive"] == "true"


def test_an_entry_made_for_a_line_is_no_price_of_the_product(twins):
    """A product without a price needs an entry for its lines; Customerp's empty price stays empty."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    line = {"product": lamp, "quantity": "1", "unit_price": "5"}
    twins.add("order", CUSTOMERP, order_date="2026-03-01", contact=person, lines=[line])
    twins.settle()

    assert len(twins.live("order_line", SALESFORCE)) == 1
    assert twins.only("product", CUSTOMERP)["list_price"] is None


def test_another_currency_is_held(shop):
    """An org of one currency makes no order in another."""
    shop.order(currency="NOK")
    report = shop.cycle()

    assert (report.tallies["order"].held, shop.twins.live("order", SALESFORCE)) == (1, {})
    assert "holds only USD" in shop.held("order")["reason"].item()


def test_a_quote_gets_its_opportunity_and_comes_to_rest(twins):
    """Salesforce wants an Opportunity for each quote; it is made once, with the contact's Account."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    line = {"product": lamp, "quantity": "1", "unit_price": "5"}
    twins.add("quote", CUSTOMERP, title="Lamps", contact=person, lines=[line])
    twins.settle()

    assert twins.only("quote", SALESFORCE)["company"] == "Fjord AS"
    assert [o["Name"] for o in twins.ends[SALESFORCE].live("opportunity").values()] == ["Lamps"]


def test_an_account_made_while_both_ends_are_read_is_not_missed(twins):
    """A contact read with its company's Account unread could not be matched, and its double would be made."""
    reads = []

    def somebody_is_quick(system, kind, moment):
        if (system, kind, moment) != (SALESFORCE, "fetch", "before"):
            return
        reads.append(moment)
        if len(reads) == 2:
            for end in System:
                twins.add("contact", end, last_name="Berg", email="ane@example.test", company="Berg AS")

    twins.cycle(pairs=["contact"])
    twins.ends[SALESFORCE].step = somebody_is_quick
    twins.cycle(pairs=["contact"])
    twins.settle()

    assert {end: len(twins.live("contact", end)) for end in System} == {SALESFORCE: 1, CUSTOMERP: 1}
