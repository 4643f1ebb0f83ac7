"""Whole answers that are not what was asked for: a read stops with a message, a write's outcome is left open."""

import itertools

import pytest

from talk_assets.model.changes import Outcome
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError, TalkError
from talk_assets_tests.systems.bad_input.bodies import BODIES, HEADERS
from talk_assets_tests.systems.bad_input.messages import check

NUMBERS = itertools.count()
READS = ("first page", "later page", "by id")


def read(end, port, position, ids):
    """Read at *position*: the rows by id, and the cursor."""
    contact = end.entities["contact"]
    pages = [port.read(contact, ids=ids[:2])] if position == "by id" else list(port.fetch(contact, None))
    return {row["_id"]: row for page in pages for row in page.frames["contact"].to_dicts()}, pages[-1].cursor


@pytest.fixture(scope="module")
def honest(behind):
    """What both the list and a read by id truly say."""
    port = behind.port()
    rows, cursor = read(behind, port, "first page", [])
    assert cursor is not None
    return rows


@pytest.mark.parametrize("name", BODIES)
def test_answer_that_is_none_stops_the_read(end, honest, name):
    """Wherever it comes, nothing of it is used, the message is readable, and later the same read gives everything."""
    ids = list(honest)
    for position in READS:
        end.relay.spoil(end.where(position, "contact"), BODIES[name])
        with pytest.raises((PeerAnswerError, PeerUnavailableError)) as stop:
            read(end, end.port(), position, ids)
        check(str(stop.value), end.system)
        end.relay.heal()
    rows, cursor = read(end, end.port(), "first page", ids)

    assert {i: rows[i] for i in honest} == honest
    assert cursor is not None


@pytest.mark.parametrize("name", BODIES)
def test_answer_that_is_none_leaves_a_write_open(end, name):
    """The write was carried out and its answer says nothing, so it counts neither as done nor as refused."""
    port = end.port()
    before = {row["_key"] for row in read(end, port, "first page", [])[0].values()}
    writes = [end.contact(f"b{next(NUMBERS)}-{n}") for n in range(2)]
    end.relay.spoil(end.where("write", "contact"), BODIES[name])
    asked = len(end.relay.asked)
    written = port.write(end.entities["contact"], writes)
    sent = [one for one in end.relay.asked[asked:] if end.where("write", "contact")(one)]
    end.relay.heal()
    found = end.port().read(end.entities["contact"], keys=[write.key for write in writes])

    assert [receipt.outcome for receipt in written.receipts] == [Outcome.AMBIGUOUS] * 2
    assert len(sent) == 1
    assert {row["_key"] for row in found.frames["contact"].to_dicts()} == {write.key for write in writes} - before
    for receipt in written.receipts:
        check(f"{end.system.title}: {receipt.problem.message} Nothing", end.system)


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("name", BODIES)
def test_error_with_a_bad_body_is_an_error_still(end, honest, name, status):
    """Whatever stands in the body of an error, a read ends with a message and a write with receipts."""

    def fails(reply):
        parts = BODIES[name](reply)
        first, *more = parts if isinstance(parts, list) else [parts]
        head, line, rest = first.partition(b"\r\n")
        return [head.replace(b" 200 ", b" %d " % status, 1) + line + rest, *more]

    places = [end.where(position, "contact") for position in ("first page", "write")]
    end.relay.spoil(lambda asked: any(place(asked) for place in places), fails)
    with pytest.raises(TalkError) as stop:
        read(end, end.port(), "first page", list(honest))
    check(str(stop.value), end.system)

    receipt = end.port().write(end.entities["contact"], [end.contact(f"e{next(NUMBERS)}")]).receipts[0]

    assert receipt.outcome in ({Outcome.AMBIGUOUS, Outcome.REFUSED} if status < 500 else {Outcome.AMBIGUOUS})
    check(f"{end.system.title}: {receipt.problem.message} Nothing", end.system)


@pytest.mark.parametrize("name", HEADERS)
def test_odd_header_does_not_spoil_a_good_answer(end, honest, name):
    """What a header says beyond all sense is passed over, on a success and on a plea for patience."""
    odd = HEADERS[name]
    end.relay.spoil(lambda _: True, lambda reply: reply.with_headers(**odd).sent())
    rows, cursor = read(end, end.port(), "first page", [])

    assert {i: rows[i] for i in honest} == honest
    assert cursor is not None

    end.relay.spoil(
        end.where("first page", "contact"), lambda reply: reply.with_body(b"{}", status=429).with_headers(**odd).sent()
    )
    with pytest.raises(PeerUnavailableError, match="429"):
        read(end, end.port(), "first page", [])
