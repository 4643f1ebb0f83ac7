"""The codec laws once more, for every property of every pair, each end against the other."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets_tests.model.strategies import BESIDE, wire

PROPERTIES = [
    pytest.param(p, system, id=f"{pair.name}.{p.name}-{system}")
    for pair in PAIRS.values()
    for p in pair.properties
    for system in System
]


@pytest.mark.parametrize(("p", "system"), PROPERTIES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_value_from_either_end_settles(p, system, data):
    """Whatever either end holds is written to *system*, read back there, and then counts as equal.

    From the system itself that is GetPut, from the other end PutGet.
    """
    codec = p.side(system).codec
    for origin in System:
        values = data.draw(st.lists(wire(p.side(origin).codec), min_size=1, max_size=5))
        beside = data.draw(st.lists(BESIDE, min_size=len(values), max_size=len(values)))
        frame = pl.DataFrame({"w": values, "b": beside}, schema={"w": pl.String, "b": pl.String})
        first = frame.select("b", c=p.side(origin).codec.decode(pl.col("w"), pl.col("b")))
        held = first.filter(codec.holds(pl.col("c")))
        written = held.with_columns(w=codec.encode(pl.col("c")))
        again = written.with_columns(again=codec.decode(pl.col("w"), pl.col("b")))
        folded = again.select(p.fold(pl.col("c", "again")))
        assert folded["c"].to_list() == folded["again"].to_list()
