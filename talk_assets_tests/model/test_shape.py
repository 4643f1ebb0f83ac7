"""Whether a value can be written follows from the end's description of the field alone."""

import pytest

from talk_assets.model.shape import FieldShape


@pytest.mark.parametrize(
    ("facts", "fits", "does_not", "why"),
    [
        ({"type": "string", "length": 4}, "Boss", "Bosse", "has 5 characters and the field holds 4"),
        ({"type": "boolean"}, "true", "yes", "not true or false"),
        ({"type": "int"}, "-12", "1.5", "not a whole number"),
        ({"type": "date"}, "2026-03-14", "14.3.2026", "not a date"),
        ({"type": "datetime"}, "2026-03-14T12:00:00Z", "2026-03-14", "not a date and time"),
        ({"type": "reference"}, "0015g00000abcde", "Fjord AS", "not a record's id"),
        ({"type": "double"}, "1.5", "Boss", "not a number"),
        ({"type": "currency", "precision": 6, "scale": 2}, "9999.99", "10000", "more than 4 digits before the point"),
        ({"type": "picklist", "restricted": True, "choices": ("Draft",)}, "Draft", "Open", "restricted picklist"),
        ({"type": "picklist", "choices": ("Draft",), "length": 9}, "Open", "Wide open now", "holds 9"),
        ({"type": "anyType"}, "anything", None, None),
    ],
)
def test_a_value_fits_its_field_or_is_refused_with_a_reason(facts, fits, does_not, why):
    """The reason says what the field takes and never repeats the value."""
    field = FieldShape(name="X", **facts)

    assert field.refuses(fits, create=True) is None
    assert field.refuses(None, create=False) is None
    if does_not is not None:
        reason = field.refuses(does_not, create=True)
        assert why in reason
        assert does_not not in reason


@pytest.mark.parametrize(
    ("facts", "create", "why"),
    [
        ({"createable": False}, True, "cannot be created: the integration user"),
        ({"updateable": False}, False, "cannot be changed: the integration user"),
        ({"updateable": False, "calculated": True}, False, "cannot be changed: it is calculated"),
        ({"type": "address"}, True, "takes no value by itself"),
    ],
)
def test_a_field_that_takes_no_value_says_why(facts, create, why):
    """Permission, formula and compound fields are told apart."""
    assert why in FieldShape(name="X", **{"type": "string"} | facts).refuses("1", create=create)
