"""The change feed and its long poll."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.middleware import Middleware

TENANT = "customerp-sandbox"


def test_the_feed_tells_every_write_in_order(erp):
    """Creates, changes, deletes and line changes of all resources, with who made them."""
    contact = erp.post("/contacts", {"familyName": "Curie"}, X_Change_Origin="crm").json()
    order = erp.made("orders")
    erp.post(f"/orders/{order['id']}/lines", erp.line(), If_Match='"1"', X_Change_Origin="crm")
    erp.delete(f"/contacts/{contact['id']}", If_Match='"1"')
    feed = erp.get("/changes").json()
    told = [(item["seq"], item["resource"], item["deleted"], item["origin"]) for item in feed["items"]]

    assert told == [
        (1, "contacts", False, "crm"),
        (2, "orders", False, None),
        (3, "products", False, None),
        (4, "orders", False, "crm"),
        (5, "contacts", True, None),
    ]
    assert feed["last"] == 5
    assert feed["items"][0]["updatedAt"] == contact["updatedAt"]


def test_a_batch_passes_its_origin_on(erp):
    """Every change of a batch has the origin of its request."""
    erp.batch({"op": "create", "resource": "contacts", "body": {"familyName": "A"}}, X_Change_Origin="talk")

    assert erp.get("/changes").json()["items"][0]["origin"] == "talk"


def test_the_feed_is_read_in_pieces(erp):
    """`last` of one piece is `since` of the next."""
    for _ in range(3):
        erp.made("contacts")
    first = erp.get("/changes", params={"limit": 2}).json()
    rest = erp.get("/changes", params={"since": first["last"]}).json()

    assert ([item["seq"] for item in first["items"]], first["last"]) == ([1, 2], 2)
    assert ([item["seq"] for item in rest["items"]], rest["last"]) == ([3], 3)


def test_the_newest_seq_can_be_asked_for_alone(erp):
    """With limit=0 the answer is nothing but where the feed ends."""
    erp.made("contacts")

    assert erp.get("/changes", params={"limit": 0}).json() == {"items": [], "last": 1, "tenant": TENANT}


def test_a_refused_write_is_not_told(erp):
    """Only what was written is in the feed."""
    erp.post("/contacts", {})

    assert erp.get("/changes").json() == {"items": [], "last": 0, "tenant": TENANT}


def test_a_seq_from_the_future_is_answered_with_the_present(erp):
    """A server set back to an older state says so: `last` is below `since`."""
    erp.made("contacts")

    assert erp.get("/changes", params={"since": 99}).json() == {"items": [], "last": 1, "tenant": TENANT}


def test_a_long_poll_answers_at_once_when_there_is_something(erp):
    """`wait` holds nothing back that is already there."""
    erp.made("contacts")

    assert erp.get("/changes", params={"wait": 25}).json()["last"] == 1


def test_a_write_releases_the_long_poll(serve):
    """The held answer carries the change, while other requests were answered all the time."""
    polling = threading.Event()

    def noticing(app):
        async def notice(scope, receive, send):
            if scope["path"].endswith("/changes"):
                polling.set()
            await app(scope, receive, send)

        return notice

    erp = serve(middleware=[Middleware(noticing)])
    with ThreadPoolExecutor() as pool:
        held = pool.submit(erp.get, "/changes", params={"wait": 25})
        polling.wait()
        meanwhile = erp.get("/contacts")
        still_held = not held.done()
        contact = erp.made("contacts")
        feed = held.result(timeout=10).json()

    assert (meanwhile.status_code, still_held) == (200, True)
    assert [item["id"] for item in feed["items"]] == [contact["id"]]


def test_a_long_poll_ends_empty_after_its_time(erp):
    """Without a change the answer comes after `wait` seconds, with nothing in it."""
    assert erp.get("/changes", params={"wait": 1}).json() == {"items": [], "last": 0, "tenant": TENANT}


@pytest.mark.parametrize("query", [{"wait": 26}, {"since": -1}, {"limit": 1001}, {"resource": "contacts"}])
def test_unreadable_parameters_are_refused(erp, query):
    """A parameter that is unknown or out of range answers 400."""
    assert erp.get("/changes", params=query).status_code == 400


def test_an_origin_has_a_sensible_length(erp):
    """X-Change-Origin of more than 64 characters answers 400."""
    assert erp.post("/contacts", {"familyName": "A"}, X_Change_Origin="o" * 65).status_code == 400
