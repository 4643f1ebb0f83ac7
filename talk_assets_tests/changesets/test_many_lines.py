"""Documents of more lines than anybody orders: named and held, not loaded; and records translated part by part."""

import pytest

from talk_assets.model.changes import ChangeState
from talk_assets.model.system import System
from talk_assets.systems.customerp.documents import MOST_LINES, page_of
from talk_assets_tests.shop import Shop
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System


@pytest.fixture
def twins():
    both = Twins(most_lines=2, translate_records=2)
    yield both
    both.db.close()


@pytest.mark.parametrize("origin", System)
def test_a_document_of_too_many_lines_is_held_until_it_has_fewer(twins, origin):
    """Its reason names the count and the limit; one at the limit is made beside it, with every line."""
    shop = Shop(twins)
    large = shop.order(origin, *(shop.line(origin) for _ in range(3)), name="Large")
    shop.order(origin, *(shop.line(origin) for _ in range(2)), name="Small")
    shop.cycle()
    (held,) = shop.held("order", ChangeState.HELD).iter_rows(named=True)

    assert held["origin_id"] == large
    assert held["reason"] == (
        f"It has 3 lines, more than the 2 that a document is created with. Split it in {origin.title}."
    )
    assert [row["name"] for row in twins.live("order", origin.other).values()] == ["Small"]
    assert len(shop.lines(origin.other)) == 2

    lines = twins.ends[origin].live("order_line")
    owned = [one for one in lines if twins.ends[origin]._rows.get("order_line", one).parent == large]
    twins.remove("order_line", origin, owned[0])
    shop.cycle()
    assert len(shop.lines(origin.other)) == 4


def test_a_document_of_too_many_lines_in_an_answer_is_set_aside_alone(twins):
    """Neither its lines nor their text are kept; the document beside it is read."""
    entity = twins.session().entity(twins.pairs["order"], CUSTOMERP)
    facts = {"version": 1, "updatedAt": "2026-03-01T00:00:00Z", "deleted": False, "externalKey": None}
    lines = [{"id": f"L{n}", "externalKey": None} for n in range(MOST_LINES + 1)]
    page = page_of(entity, [facts | {"id": "O1", "lines": lines}, facts | {"id": "O2", "lines": []}])
    (reject,) = page.rejects

    assert page.frames["order"]["_id"].to_list() == ["O2"]
    assert page.frames["order_line"].is_empty()
    assert (reject.id, reject.raw) == ("O1", "")
    assert f"holds {MOST_LINES + 1:,} lines, more than the {MOST_LINES:,} that are read" in reject.reason
