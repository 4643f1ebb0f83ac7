"""A phone number is read as the library reads it, the short way or not, where that is a number to stay."""

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from talk_assets.model.phones import e164

REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))


def by_the_library(text, region):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@st.composite
def numbers(draw):
    region = draw(REGIONS)
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    length = draw(st.sampled_from(plan.general_desc.possible_length) | st.integers(3, 14))
    digits = draw(st.text("0123456789", min_size=length, max_size=length))
    shape = draw(st.sampled_from(["{}", f"+{plan.country_code}{{}}", f"{plan.country_code}{{}}", "({}", "00{}"]))
    return shape.format(digits), draw(st.sampled_from([region, None]))


@settings(max_examples=1500, deadline=None)
@given(number=numbers())
@example(number=("+4402079460958", None))
@example(number=("+5590536205913", None))  # a national prefix follows the calling code
@example(number=("8129119050", "BY"))  # a national prefix other than zero
@example(number=("810925547", "TJ"))  # an international prefix other than zeros
@example(number=("0114155550132", "US"))
def test_every_number_reads_as_the_library_reads_it(number):
    text, region = number
    found = by_the_library(text, region)
    settled = found is None or by_the_library(found, None) == found
    assert e164(text, region) == (found if settled else None)


def test_what_would_be_read_otherwise_the_next_time_is_no_number():
    """A national prefix would be taken off each time: nothing but zeros would get shorter with every reading."""
    assert by_the_library("0000000", "AE") == "+971000000"
    assert e164("0000000", "AE") is None
    assert e164("00000", "AE") == e164("+97100000", None) == "+97100000"


@pytest.mark.parametrize("text", ["", "+", "+0", "abc", "٠١٢٣٤٥٦٧٨٩"])
def test_what_is_no_number_is_none_or_what_the_library_says(text):
    assert e164(text, "US") == by_the_library(text, "US")
