"""What the head of an org tells to those who only listen."""

from datetime import UTC, datetime, timedelta


def test_head_settles(salesforce):
    """For a listener the token stands while a stamp's second may not be over, changes once more, and stands still."""
    salesforce.send(salesforce.contact("k1"))
    kinds = [salesforce.entities["contact"]]
    reader = salesforce.port._reader
    reader._only_listening = True
    reader._clock = lambda: datetime.now(UTC) + timedelta(minutes=1)
    settled = salesforce.port.head(kinds, {})
    stamp = datetime.fromisoformat(settled["contact"].split(" ")[0])
    reader._clock = lambda: stamp + timedelta(seconds=1)
    fresh = salesforce.port.head(kinds, {})
    assert fresh["contact"].startswith(f"{settled['contact']} at ")
    reader._clock = lambda: stamp + timedelta(seconds=1.5)
    assert salesforce.port.head(kinds, fresh) == fresh
    reader._clock = lambda: stamp + timedelta(seconds=3)

    assert salesforce.port.head(kinds, fresh) == settled
    assert salesforce.port.head(kinds, settled) == settled
