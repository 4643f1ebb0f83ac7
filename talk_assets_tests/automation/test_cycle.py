"""One cycle of all stages: what arrives, what stays, and that it comes to rest."""

from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System


def test_records_made_on_either_end_appear_on_the_other(twins):
    """A first cycle creates both ways, a second one has nothing to write."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com")
    here = twins.add("contact", SALESFORCE, last_name="Dahl", company="Fjord AS")
    report = twins.cycle()
    written = twins.writes
    twins.cycle()

    assert twins.get("contact", SALESFORCE, twins.other("contact", CUSTOMERP, there))["email"] == "berg@example.com"
    assert twins.get("contact", CUSTOMERP, twins.other("contact", SALESFORCE, here))["company"] == "Fjord AS"
    assert report.as_json()["pairs"]["contact"]["salesforce"]["created"] == 1
    assert twins.writes == written


def test_document_arrives_with_its_lines(twins):
    """A confirmed order becomes a draft with lines and is then activated, in one cycle."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.add(
        "order",
        CUSTOMERP,
        contact=person,
        order_date="2026-03-01",
        status="confirmed",
        lines=[{"product": lamp, "quantity": "2", "unit_price": "19.90"}],
    )
    twins.cycle()
    order, line = twins.only("order", SALESFORCE), twins.only("order_line", SALESFORCE)

    assert (order["status"], order["company"], line["quantity"]) == ("Activated", "Fjord AS", "2.00")
    written = twins.writes
    twins.cycle()
    assert twins.writes == written
