"""A wrong declaration fails where it is written, and says what and where."""

from dataclasses import replace

import pytest

from talk_assets.entities.sides import code, day, decimal, given, reference, text
from talk_assets.model.codecs import choices
from talk_assets.model.errors import DeclarationError
from talk_assets.model.pair import EntityPair, MatchKey, Property, StatusRule
from talk_assets.model.system import System

NAME = Property(name="name", salesforce=text("Name", 80), customerp=text("name", 80))
CODE = Property(name="code", salesforce=text("Code", 80), customerp=text("code", 80))
STATUS = Property(
    name="status",
    salesforce=code("Status", choices("open", "done"), "picklist"),
    customerp=code("status", choices("open", "done"), "enum"),
)


def pair(*properties, **options):
    return EntityPair(
        name="thing", doc="A thing.", salesforce="Thing__c", customerp="things", properties=properties, **options
    )


def on_salesforce(p, **options):
    return replace(p, salesforce=replace(p.salesforce, **options))


WRONG = {
    "one name for two properties": (
        lambda: pair(NAME, NAME),
        "property name twice: name",
    ),
    "two properties on one Salesforce field": (
        lambda: pair(NAME, on_salesforce(CODE, path="Name")),
        "Salesforce property written twice: Name",
    ),
    "two properties on one Customerp property": (
        lambda: pair(NAME, replace(CODE, customerp=text("name", 80))),
        "Customerp property written twice: name",
    ),
    "codecs of two types": (
        lambda: pair(replace(NAME, customerp=day("name"))),
        "property 'name': the codecs disagree on the type, String and Date",
    ),
    "codecs of two scales": (
        lambda: pair(
            Property(name="price", salesforce=decimal("P", 18, 2, scale=2), customerp=decimal("p", 18, 4, scale=4))
        ),
        "property 'price': the codecs disagree on the type",
    ),
    "no path": (
        lambda: pair(on_salesforce(NAME, path="")),
        "property 'name': no Salesforce property is named",
    ),
    "beside nothing": (
        lambda: pair(replace(NAME, beside="country")),
        "property 'name' is read beside 'country', which is not one of its properties",
    ),
    "a derived value that must be written": (
        lambda: pair(replace(NAME, derived=True, customerp=text("name", 80, required=True))),
        "property 'name' is derived, so Customerp cannot require it to be written",
    ),
    "a derived reference": (
        lambda: pair(
            Property(
                name="owner",
                derived=True,
                reference="contact",
                salesforce=reference("OwnerId", "User"),
                customerp=reference("ownerId", "user"),
            )
        ),
        "property 'owner' is a reference and cannot be derived",
    ),
    "a required value that is never written on create": (
        lambda: pair(on_salesforce(NAME, required=True, on_create=False)),
        "property 'name': Salesforce requires it, so it must be written on create",
    ),
    "a cut without a length": (
        lambda: pair(on_salesforce(NAME, truncate=True, length=None)),
        "property 'name': truncate needs a length on Salesforce",
    ),
    "a length on one end only": (
        lambda: pair(replace(NAME, customerp=given("name"))),
        "property 'name': only Salesforce gives a length; give both",
    ),
    "an unknown match key": (
        lambda: pair(NAME, match=(MatchKey(properties=("email",)),)),
        "match key names 'email', which is not one of its properties",
    ),
    "an unknown status property": (
        lambda: pair(NAME, status=StatusRule(property="status")),
        "status rule names 'status', which is not one of its properties",
    ),
    "an unknown frozen property": (
        lambda: pair(
            STATUS,
            status=StatusRule(property="status", freezes_properties={System.SALESFORCE: ("company",)}),
        ),
        "status rule names 'company', which is not one of its properties",
    ),
    "a status nobody has": (
        lambda: pair(
            STATUS, status=StatusRule(property="status", freezes_lines={System.CUSTOMERP: frozenset({"dnoe"})})
        ),
        "status rule names the status 'dnoe', which 'status' has on neither end",
    ),
    "a need for an unknown property": (
        lambda: pair(NAME, needs_one_of={System.CUSTOMERP: ("name", "company")}),
        "Customerp needs 'company', which is not one of its properties",
    ),
    "lines that nobody can place": (
        lambda: pair(NAME, parent="order"),
        "is a line pair, so it needs salesforce_parent, salesforce_children and nested_at",
    ),
}


@pytest.mark.parametrize(("declare", "why"), WRONG.values(), ids=WRONG.keys())
def test_it_is_refused_with_the_pair_the_reason_and_the_place_to_look(declare, why):
    with pytest.raises(DeclarationError) as refusal:
        declare()
    message = str(refusal.value)
    assert message.startswith("Pair 'thing': ")
    assert why in message
    assert message.endswith("Correct it in talk_assets/entities/.")


def test_two_ways_to_read_one_field_are_fine_as_long_as_one_writes_it():
    shown = replace(CODE, derived=True, salesforce=given("Name"), customerp=given("name"))
    assert pair(NAME, shown).names == ("name", "code")
