"""What an end stores otherwise than it was sent is accepted, and told once for each property."""

import pytest

from talk_assets.model.system import System
from talk_assets.store.altered import altered
from talk_assets.store.waiting import stored_otherwise
from talk_assets_tests.twins import Twins


@pytest.fixture(params=System, ids=lambda system: system.value)
def twins(request):
    """Two ends of which one cuts titles after four characters."""
    cut = {request.param: lambda _, path, text: text[:4] if path in {"Title", "jobTitle"} else text}
    made = Twins(normalise=cut)
    made.origin = request.param.other
    return made


def test_values_stored_otherwise_are_told_once_a_property(twins):
    """Three records and two cycles make one row; what is stored as it was sent makes none."""
    for name, title in (("Berg", "Buyer"), ("Dahl", "Seller"), ("Moe", "Director"), ("Lie", "CEO")):
        twins.add("contact", twins.origin, last_name=name, job_title=title, department="Nord")
    twins.settle()
    twins.settle()
    written = twins.writes

    ((name, count, *_),) = altered(twins.db, twins.pairs["contact"]).rows()
    assert (name, count) == ("job_title", 3)
    (told,) = stored_otherwise(twins.db, twins.pairs.values()).to_dicts()
    assert (told["pair"], told["property"], told["id"]) == ("contact", "job_title", None)
    assert "3 records" in told["reason"]
    assert twins.cycle().exit_code == 0
    assert twins.writes == written


def test_a_value_that_comes_into_step_is_not_told_any_more(twins):
    """Once both ends hold the same, there is nothing to tell."""
    record = twins.add("contact", twins.origin, last_name="Berg", job_title="Buyer")
    twins.settle()
    assert altered(twins.db, twins.pairs["contact"]).height == 1
    twins.edit("contact", twins.origin, record, job_title="CEO")
    twins.settle()

    assert altered(twins.db, twins.pairs["contact"]).is_empty()
