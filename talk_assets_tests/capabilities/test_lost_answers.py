"""Answers that get lost, and runs that are killed, with a Customerp that lacks something: no double, no lost edit."""

from contextlib import contextmanager, suppress

import pytest

from talk_assets.model import failpoints
from talk_assets.model.errors import TalkError
from talk_assets.sandbox.customerp.profile import CAPABILITIES

PROFILES = [("etag",), ("idempotency",), ("external_key",), ("external_key", "idempotency"), ("batch",), CAPABILITIES]
OURS = "^talk-assets"


class Killed(BaseException):
    """What a process that dies does not handle."""


def lose(shop, *, count=1, method="write"):
    """Let Customerp carry out our next writes and give no answer."""
    fault = {"kind": "commit_then_reset", "method": method, "agent": OURS, "count": count}
    shop.faults("customerp").take({"faults": [fault]})


@contextmanager
def dying_at(place):
    """Let the run die when it comes to *place*."""

    def reached(name):
        if name == place:
            raise Killed

    failpoints.WATCHERS.append(reached)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        failpoints.WATCHERS.remove(reached)


@pytest.mark.parametrize("without", PROFILES, ids=lambda names: "+".join(names) if len(names) < 3 else "worst")
def test_what_got_no_answer_is_neither_doubled_nor_lost(shop, without):
    """Creations and updates that took effect unseen, and a run that died before it could believe them."""
    one = shop(*without)
    for name in ("Curie", "Meitner", "Noether"):
        one.salesforce.create("Contact", LastName=name, Title=f"Title of {name}")
    one.salesforce.create("Product2", Name="Radium", ProductCode="RA-1", IsActive=True)
    lose(one, count=None)
    with suppress(TalkError):
        one.cycle()
    one.faults("customerp").clear()
    assert one.doubles() == []
    one.cycle()
    assert one.doubles() == []
    one.cycle()
    assert one.differences() == []

    # An update that is not answered, and an edit made on the other side meanwhile.
    (curie,) = one.salesforce.query("SELECT Id FROM Contact WHERE LastName = 'Curie'")
    one.salesforce.update("Contact", curie["Id"], Department="Physics")
    lose(one)
    with suppress(TalkError):
        one.cycle()
    (theirs,) = [row["id"] for row in one.customerp.all("contacts") if row["familyName"] == "Curie"]
    one.customerp.update("contacts", theirs, {"jobTitle": "Professor"})

    # A run that dies with its creation made and not believed.
    one.salesforce.create("Contact", LastName="Germain", Email="sophie@example.com")
    with dying_at("batch answered"):
        one.cycle()
    for _ in range(3):
        one.cycle()
    assert one.doubles() == []
    assert one.differences() == []
    assert one.named("contact", "Curie")[0] == [("Curie", None, "Professor", "Physics", None)]
    before = one.writes()
    one.cycle()
    assert one.writes() == before
