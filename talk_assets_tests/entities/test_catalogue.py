"""Pairs must fit together."""

from dataclasses import replace

import pytest

from talk_assets.entities import ORDER, PAIRS, PRODUCT, QUOTE, QUOTE_LINE
from talk_assets.entities.catalogue import catalogue
from talk_assets.entities.contact import CONTACT
from talk_assets.model.errors import DeclarationError

WRONG = {
    "the same pair twice": ((PRODUCT, PRODUCT), "Pair 'product': is declared twice"),
    "a reference to no pair": (
        (QUOTE,),
        "Pair 'quote': property 'contact' refers to 'contact', which is no pair; the pairs are quote",
    ),
    "a reference to a later pair": (
        (QUOTE, CONTACT),
        "Pair 'quote': property 'contact' refers to 'contact', which runs after it; list 'contact' first",
    ),
    "lines of no pair": (
        (PRODUCT, QUOTE_LINE),
        "Pair 'quote_line': its rows are lines of 'quote', which is no pair",
    ),
    "lines of lines": (
        (PRODUCT, CONTACT, QUOTE, QUOTE_LINE, replace(QUOTE_LINE, name="part", parent="quote_line")),
        "Pair 'part': its rows are lines of 'quote_line', which are lines themselves",
    ),
}


@pytest.mark.parametrize(("pairs", "why"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_refused(pairs, why):
    with pytest.raises(DeclarationError) as refusal:
        catalogue(pairs)
    assert why in str(refusal.value)


def test_what_others_refer_to_runs_first():
    assert list(PAIRS) == ["product", "contact", "quote", "quote_line", "order", "order_line"]


def test_a_pair_may_refer_to_itself():
    again = replace(ORDER.by_name["contact"], name="original", reference="order")
    again = replace(
        again,
        salesforce=replace(again.salesforce, path="OriginalOrderId"),
        customerp=replace(again.customerp, path="originalOrderId"),
    )
    order = replace(ORDER, properties=(*ORDER.properties, again))
    assert "order" in catalogue((PRODUCT, CONTACT, QUOTE, order))
