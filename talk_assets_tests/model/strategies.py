"""Wire texts an end may legally send, for every codec."""

import json
from datetime import date
from decimal import Decimal
from functools import singledispatch

from hypothesis import strategies as st

from talk_assets.model.codecs import Day, Flag, Number, Text, ValueMap, Whole
from talk_assets.model.countries import CODE_BY_NAME, NAME_BY_CODE
from talk_assets.model.lookup_codecs import CountryCode, CountryName, Lines, Phone

SPACES = st.sampled_from(["", " ", "\t", "\n", "\r\n", "\r\r\n", "\u00a0", "\u2003", "\x1f"])
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=24)


@st.composite
def untidy(draw, text=PLAIN):
    """Text with the white space people and forms leave around and inside it."""
    return draw(SPACES) + draw(text) + draw(SPACES) + draw(text) + draw(SPACES)


@st.composite
def recased(draw, texts):
    """One of *texts*, its letters in any case."""
    text = draw(st.sampled_from(sorted(texts)))
    return draw(st.sampled_from([text, text.upper(), text.lower(), f" {text} "]))


@singledispatch
def wire(codec):
    """Return a strategy of legal wire text for *codec*."""
    raise TypeError(f"no strategy for {type(codec).__name__}: add one with the codec")


@wire.register
def _(_codec: Text):
    return untidy()


@wire.register
def _(codec: ValueMap):
    return recased(codec.decode_as) | untidy()


@wire.register
def _(codec: Flag):
    return st.sampled_from([codec.true, codec.false])


@wire.register
def _(_codec: Day):
    return st.dates(date(1700, 1, 1), date(4000, 12, 31)).map(date.isoformat)


@wire.register
def _(codec: Number):
    limit = Decimal(10) ** (codec.precision - codec.digits)
    step = Decimal(1).scaleb(-codec.digits)
    exact = st.decimals(-(limit - step), limit - step, places=codec.digits)
    halves = st.integers(-20_001, 20_001).map(lambda n: Decimal(n).scaleb(-codec.digits))
    return (exact | halves).flatmap(lambda d: st.sampled_from([f"{d:f}", f"{d:e}"]))


@wire.register
def _(_codec: Whole):
    return st.integers(-(10**18) + 1, 10**18 - 1).map(str)


@wire.register
def _(_codec: Phone):
    digits = st.text("0123456789", min_size=5, max_size=13)
    dressed = st.text("0123456789 ()-./", min_size=5, max_size=18)
    return (
        digits
        | dressed
        | digits.map("+{}".format)
        | dressed.map("+1 {}".format)
        | dressed.map("{} ext. 12".format)
        | untidy()
    )


@wire.register
def _(_codec: CountryName):
    return recased(set(CODE_BY_NAME) | set(NAME_BY_CODE.values())) | untidy()


@wire.register
def _(_codec: CountryCode):
    return st.text("abcXYZ", min_size=2, max_size=2) | recased(NAME_BY_CODE)


@wire.register
def _(codec: Lines):
    line = untidy(st.text("ab é'\"\\", max_size=8))
    return st.lists(line, max_size=codec.count).map(lambda lines: json.dumps(lines, ensure_ascii=False))


BESIDE = st.none() | st.sampled_from(sorted(NAME_BY_CODE)) | st.sampled_from(["Narnia", "us", "\x1f"])
"""What stands in the property a codec reads along: a country, or a name nobody knows."""
