"""The laws of every codec, and the corners that once broke a sync somewhere."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talk_assets.model.codecs import (
    Codec,
    Day,
    Flag,
    Number,
    Text,
    ValueMap,
    Whole,
    choices,
    one_to_one,
)
from talk_assets.model.lookup_codecs import CountryCode, CountryName, Lines, Phone
from talk_assets_tests.model.strategies import BESIDE, wire

CODECS = {
    "text": Text(),
    "text without case": Text(ignore_case=True),
    "several words a code": ValueMap(decode_as={"New": "n", "Fresh": "n", "Old": "o"}, encode_as={"n": "New"}),
    "one word a code": one_to_one({"Draft": "open", "Activated": "confirmed"}),
    "choices": choices("mr", "ms"),
    "flag": Flag(),
    "flag in words": Flag(true="active", false="discontinued"),
    "day": Day(),
    "number as fine as canonical": Number(scale=4, digits=4),
    "number coarser than canonical": Number(scale=4, digits=2),
    "number of few digits": Number(scale=2, digits=2, precision=5),
    "whole number": Whole(),
    "phone": Phone(),
    "country name": CountryName(),
    "country code": CountryCode(),
    "lines": Lines(length=128, count=10),
}


def column(values):
    return pl.DataFrame({"w": values}, schema={"w": pl.String})


def decoded(codec, values, beside=None):
    frame = column(values).with_columns(pl.Series("b", beside or [None] * len(values), dtype=pl.String))
    return frame.select(codec.decode(pl.col("w"), pl.col("b")).alias("c"), "b")


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS.keys())
class TestLaws:
    @settings(max_examples=100, deadline=None)
    @given(data=st.data())
    def test_what_is_written_is_read_back_as_equal(self, codec, data):
        """PutGet and GetPut at once: decode, encode, decode again, and both readings fold alike."""
        values = data.draw(st.lists(wire(codec), min_size=1, max_size=8))
        beside = data.draw(st.lists(BESIDE, min_size=len(values), max_size=len(values)))
        first = decoded(codec, values, beside)
        held = first.filter(codec.holds(pl.col("c")))
        written = held.select(w=codec.encode(pl.col("c")))["w"].to_list()
        again = decoded(codec, written, held["b"].to_list())
        both = pl.DataFrame({"first": held["c"], "again": again["c"]})
        folded = both.select(codec.fold(pl.all()))
        assert folded["first"].to_list() == folded["again"].to_list()

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_what_an_end_may_send_is_readable(self, codec, data):
        values = data.draw(st.lists(wire(codec), min_size=1, max_size=8))
        assert column(values).select(codec.readable(pl.col("w")).alias("w"))["w"].all()

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_what_is_written_is_legal_wire_text(self, codec, data):
        values = data.draw(st.lists(wire(codec), min_size=1, max_size=8))
        held = decoded(codec, values).filter(codec.holds(pl.col("c")))
        written = held.select(w=codec.encode(pl.col("c")))
        assert written.select(codec.readable(pl.col("w")).alias("w"))["w"].all()

    def test_every_method_takes_an_empty_column_and_a_null(self, codec):
        for values in ([], [None]):
            canonical = decoded(codec, values)
            assert canonical["c"].dtype == codec.dtype
            for method in (codec.encode, codec.holds, codec.fold):
                assert canonical.select(method(pl.col("c")).alias("x")).height == len(values)
            assert column(values).select(codec.readable(pl.col("w")).alias("x")).height == len(values)

    def test_folding_keeps_the_type(self, codec):
        assert decoded(codec, ["1"]).select(codec.fold(pl.col("c")).alias("x"))["x"].dtype == codec.dtype

    def test_it_is_a_codec(self, codec):
        assert isinstance(codec, Codec)


class TestText:
    @pytest.mark.parametrize(
        ("wire_text", "canonical"),
        [("", None), ("  ", None), (" a ", "a"), ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), (None, None)],
    )
    def test_it_is_trimmed_and_empty_is_null(self, wire_text, canonical):
        assert decoded(Text(), [wire_text])["c"].to_list() == [canonical]

    def test_addresses_that_differ_in_case_are_equal(self):
        folded = decoded(Text(ignore_case=True), ["Åse@Example.com", "åse@example.COM"]).select(
            Text(ignore_case=True).fold(pl.col("c"))
        )
        assert folded["c"].n_unique() == 1


class TestValueMap:
    def test_an_unknown_value_is_kept_but_not_held(self):
        codec = choices("mr", "ms")
        kept = decoded(codec, ["Sir", "MR"])
        assert kept["c"].to_list() == ["Sir", "mr"]
        assert kept.select(codec.holds(pl.col("c")))["c"].to_list() == [False, True]


class TestFlag:
    def test_absent_is_false(self):
        assert decoded(Flag(), [None, "true", "false"])["c"].to_list() == [False, True, False]

    def test_only_the_json_words_are_readable(self):
        assert column(["true", "TRUE", "1"]).select(Flag().readable(pl.col("w")))["w"].to_list() == [
            True,
            False,
            False,
        ]


class TestDay:
    @pytest.mark.parametrize(
        "wrong", ["2026-02-30", "0000-00-00", "9999-12-31", "2026-01-01T00:00:00Z", "", "1/2/2026"]
    )
    def test_what_is_no_day_is_unreadable(self, wrong):
        readable = column([wrong]).select(Day().readable(pl.col("w")).fill_null(value=False))["w"].to_list()
        assert readable == [False]


class TestNumber:
    @pytest.mark.parametrize(
        ("exact", "sent"),
        [
            ("0.125", "0.12"),
            ("0.135", "0.14"),
            ("2.675", "2.68"),
            ("1.005", "1.00"),
            ("-0.125", "-0.12"),
            ("-0.001", "0.00"),
            ("9007199254740993.01", "9007199254740993.01"),
            ("1e3", "1000.00"),
        ],
    )
    def test_it_rounds_half_to_even_and_never_by_way_of_a_float(self, exact, sent):
        codec = Number(scale=4, digits=2)
        canonical = decoded(codec, [exact])
        assert canonical.select(codec.encode(pl.col("c")))["c"].to_list() == [sent]

    def test_a_finer_value_stays_exact_where_it_came_from(self):
        fine, coarse = Number(scale=4, digits=4), Number(scale=4, digits=2)
        canonical = decoded(fine, ["19.9975"])
        assert canonical["c"].to_list() == [Decimal("19.9975")]
        back = decoded(coarse, canonical.select(coarse.encode(pl.col("c")))["c"].to_list())
        assert back["c"].to_list() == [Decimal("20.0000")]
        folded = pl.concat([canonical, back]).select(coarse.fold(pl.col("c")))
        assert folded["c"].n_unique() == 1

    @pytest.mark.parametrize("wrong", ["NaN", "Infinity", "1e400", "", "1,5", "12abc", "1" * 30])
    def test_what_is_no_number_is_unreadable(self, wrong):
        codec = Number(scale=4, digits=2)
        assert column([wrong]).select(codec.readable(pl.col("w")))["w"].to_list() == [False]

    def test_a_value_that_rounds_up_beyond_the_room_does_not_fit(self):
        codec = Number(scale=4, digits=2, precision=5)
        canonical = decoded(codec, ["999.99", "999.994", "999.995", "-999.996"])
        assert canonical.select(codec.holds(pl.col("c")))["c"].to_list() == [True, True, False, False]


class TestWhole:
    @pytest.mark.parametrize("wrong", ["1.9", "true", "", "1e3", "9223372036854775808"])
    def test_what_is_no_whole_number_is_unreadable(self, wrong):
        assert column([wrong]).select(Whole().readable(pl.col("w")))["w"].to_list() == [False]
