"""Behind its fence a verification sees and touches its own records alone."""

import pytest

from talk_assets.entities import LOOKUPS
from talk_assets.model.changes import Op, Write
from talk_assets.systems.port import Describes
from talk_assets.verify.fence import FenceError, fenced
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE

CONTACT, ORDER = "contact", "order"


def made(name, **values):
    return Write(intent_id=f"made-{name}", entity=name, op=Op.CREATE, values=values)


def ids(fence, entity):
    return {name: frame["_id"].to_list() for page in fence.fetch(entity, None) for name, frame in page.frames.items()}


def test_only_what_was_made_through_it_is_seen(twins):
    """Whatever else the end holds is read past."""
    twins.add(CONTACT, CUSTOMERP, last_name="Bystander")
    session = twins.session()
    entity = session.entity(session.pairs[CONTACT], CUSTOMERP)
    fence = fenced(twins.ends[CUSTOMERP], since={})
    before = ids(fence, entity)

    (receipt,) = fence.write(entity, [made(CONTACT, familyName="Probe")]).receipts

    assert before == {CONTACT: []}
    assert ids(fence, entity) == {CONTACT: [receipt.id]}


@pytest.mark.parametrize("op", [Op.UPDATE, Op.DELETE])
def test_a_write_to_anything_else_is_refused(twins, op):
    """Even if the sync were wrong, it could not reach a record that is no probe."""
    record = twins.add(CONTACT, CUSTOMERP, last_name="Bystander")
    session = twins.session()
    entity = session.entity(session.pairs[CONTACT], CUSTOMERP)
    fence = fenced(twins.ends[CUSTOMERP], since={})
    write = Write(intent_id="one", entity=CONTACT, op=op, values={"familyName": "Gone"}, id=record)

    with pytest.raises(FenceError, match=record):
        fence.write(entity, [write])

    assert twins.get(CONTACT, CUSTOMERP, record)["last_name"] == "Bystander"


def test_prices_of_its_products_are_seen_and_others_not(twins):
    """A price book entry belongs to whoever made its product."""
    other = twins.add("product", SALESFORCE, name="Other", product_code="O", list_price="1.00")
    session = twins.session()
    fence = fenced(twins.ends[SALESFORCE], since={})
    entity = session.entity(session.pairs["product"], SALESFORCE)
    (receipt,) = fence.write(entity, [made("product", Name="Probe", ProductCode="P")]).receipts
    own = twins.entry(receipt.id, "2.00")

    assert ids(fence, LOOKUPS["pricebook_entry"]) == {"pricebook_entry": [own]}
    assert twins.live("product", SALESFORCE).keys() == {other, receipt.id}


def test_reading_begins_where_the_sync_had_read_to(twins):
    """A large system is not read whole for a few probes."""
    for number in range(3):
        twins.add(CONTACT, CUSTOMERP, last_name=f"Bystander {number}")
    session = twins.session()
    entity = session.entity(session.pairs[CONTACT], CUSTOMERP)
    (*_, last) = twins.ends[CUSTOMERP].fetch(entity, None)
    seen = []

    class Watching:
        system, capabilities, calls = CUSTOMERP, twins.ends[CUSTOMERP].capabilities, twins.ends[CUSTOMERP].calls

        def fetch(self, entity, cursor):
            seen.append(cursor)
            return twins.ends[CUSTOMERP].fetch(entity, cursor)

    list(fenced(Watching(), since={CONTACT: last.cursor}).fetch(entity, None))

    assert seen == [last.cursor]


def test_an_end_describes_itself_through_it_only_if_it_does_without(twins):
    """The sync takes an end that describes its objects at its word."""
    plain = twins.ends[CUSTOMERP]

    assert isinstance(fenced(plain, since={}), Describes) is isinstance(plain, Describes)
