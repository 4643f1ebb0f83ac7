"""Phones, countries and address lines, by example."""

import polars as pl
import pytest

from talk_assets.model.countries import CODE_BY_NAME, NAME_BY_CODE
from talk_assets.model.lookup_codecs import CountryCode, CountryName, Lines, Phone


def decoded(codec, value, beside=None):
    frame = pl.DataFrame({"w": [value], "b": [beside]}, schema={"w": pl.String, "b": pl.String})
    return frame.select(codec.decode(pl.col("w"), pl.col("b")).alias("c"))["c"].item()


def encoded(codec, value):
    return pl.DataFrame({"c": [value]}).select(codec.encode(pl.col("c")).alias("w"))["w"].item()


def holds(codec, value):
    return pl.DataFrame({"c": [value]}).select(codec.holds(pl.col("c")).alias("h"))["h"].item()


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "country", "number"),
        [
            ("22 85 50 50", "NO", "+4722855050"),
            ("(415) 555-0132", "US", "+14155550132"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("+47 22 85 50 50", None, "+4722855050"),
            ("+47 22 85 50 50", "Narnia", "+4722855050"),
            ("22 85 50 50", None, "22 85 50 50"),
            ("+1 415 555 0132 ext. 7", "US", "+1 415 555 0132 ext. 7"),
            ("ask reception", "NO", "ask reception"),
            ("  ", "NO", None),
        ],
    )
    def test_it_is_read_with_its_country_or_kept(self, text, country, number):
        assert decoded(Phone(), text, country) == number

    def test_numbers_that_differ_in_punctuation_are_equal(self):
        frame = pl.DataFrame({"c": ["22 85-50.50", "(22)855050"]})
        assert frame.select(Phone().fold(pl.col("c")))["c"].n_unique() == 1


class TestCountry:
    @pytest.mark.parametrize("code", sorted(NAME_BY_CODE))
    def test_every_country_goes_out_by_name_and_comes_back(self, code):
        assert decoded(CountryName(), encoded(CountryName(), code)) == code

    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("USA", "US"),
            ("united kingdom", "GB"),
            (" Norge ", "NO"),
            ("no", "NO"),
            ("Turkey", "TR"),
            ("Narnia", "Narnia"),
        ],
    )
    def test_names_aliases_and_codes_are_read(self, text, canonical):
        assert decoded(CountryName(), text) == canonical

    def test_a_name_nobody_knows_is_not_written_as_a_code(self):
        assert not holds(CountryCode(), "Narnia")
        assert holds(CountryName(), "Narnia")

    @pytest.mark.parametrize("territory", ["EU", "XK", "IC", "ZZ"])
    def test_territories_that_iso_does_not_assign_are_no_countries(self, territory):
        assert not holds(CountryCode(), territory)

    def test_every_name_leads_to_a_country(self):
        assert set(CODE_BY_NAME.values()) == set(NAME_BY_CODE)


class TestLines:
    def test_lines_are_joined_and_split(self):
        codec = Lines(length=128, count=10)
        assert decoded(codec, '["Storgata 1 ", "2. etasje", ""]') == "Storgata 1\n2. etasje"
        assert encoded(codec, "Storgata 1\n2. etasje") == '["Storgata 1","2. etasje"]'

    def test_quotes_and_backslashes_survive(self):
        codec = Lines(length=128, count=10)
        text = 'Flat "B"\\2\nØvre gate'
        assert decoded(codec, encoded(codec, text)) == text

    @pytest.mark.parametrize(
        ("text", "fits"), [("abc\nabc", True), ("abcd", False), ("a\nb\nc", False), ("a\n\nb", False)]
    )
    def test_it_holds_so_many_lines_of_such_a_length(self, text, fits):
        assert holds(Lines(length=3, count=2), text) is fits

    @pytest.mark.parametrize("wrong", ["Storgata 1", "[1]", '["a"', '{"a": "b"}', "[null]"])
    def test_anything_but_an_array_of_strings_is_unreadable(self, wrong):
        frame = pl.DataFrame({"w": [wrong]})
        assert frame.select(Lines(length=3, count=2).readable(pl.col("w")))["w"].to_list() == [False]
