"""Tryton does what it is asked and its answer gets lost: nothing is there twice, nothing is missing."""

from decimal import Decimal

from test_quotations import offered, quoted, shown

CREATIONS = ("model.party.party.create", "model.product.template.create", "model.sale.sale.talk_make")


def test_creation_without_an_answer_is_made_once(desk):
    """A party, a product and a quotation with its line, each made while the answer was lost."""
    quote, item = offered(desk, "Easley", status="Presented")

    # What refers to a record waits for its creation to be known, so the calls are lost one run after another.
    lost = [method for _ in range(3) for method in desk.stumble(*CREATIONS)]
    desk.settle()

    assert set(lost) == set(CREATIONS)
    assert len(desk.tryton.find("party.party", ("name",), ["name", "=", "Easley"])) == 1
    assert len(desk.tryton.find("product.product", ("code",), ["code", "=", "L-Easley"])) == 1
    assert shown(desk, "Lamps for Easley") == ("quotation", None, [(2, Decimal(19))])
    assert quoted(desk, quote)[1:] == ("Presented", None, Decimal(38))

    # The same of an edit of what is offered already, while its people write a note.
    desk.salesforce.update("QuoteLineItem", item, Quantity=3)
    (sale,) = desk.tryton.call("model.sale.sale.search", [["description", "=", "Lamps for Easley"]], 0, 1, None)
    assert desk.stumble("model.sale.sale.talk_revise") == ["model.sale.sale.talk_revise"]
    desk.tryton.edit("sale.sale", sale, comment="Called twice")
    desk.settle()
    assert shown(desk, "Lamps for Easley") == ("quotation", "Called twice", [(3, Decimal(19))])
    assert quoted(desk, quote)[1:] == ("Presented", "Called twice", Decimal(57))
    assert desk.sync() == {}
