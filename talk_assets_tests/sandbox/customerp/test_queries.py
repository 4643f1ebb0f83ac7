"""Lists: order, pages, filters and tombstones."""

import pytest


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_a_list_is_in_the_order_of_changes(erp):
    """The record that changed last comes last."""
    first, second = erp.made("contacts"), erp.made("contacts")
    erp.patch(f"/contacts/{first['id']}", {"givenName": "A"}, If_Match='"1"')

    assert ids(erp.get("/contacts")) == [second["id"], first["id"]]


def test_pages_cover_everything_once(erp):
    """Following `next` gives each record once, and null at the end."""
    made = [erp.made("contacts")["id"] for _ in range(5)]
    seen, query = [], {"limit": 2}
    while True:
        page = erp.get("/contacts", params=query)
        seen += ids(page)
        if page.json()["next"] is None:
            break
        query = {"limit": 2, "cursor": page.json()["next"]}

    assert seen == made


def test_a_full_last_page_says_it_is_the_last(erp):
    """Exactly `limit` records make one page."""
    erp.made("contacts")

    assert erp.get("/contacts", params={"limit": 1}).json()["next"] is None


def test_a_record_changed_between_pages_is_not_missed(erp):
    """What changes while a list is paged through shows up again at its end."""
    made = [erp.made("contacts")["id"] for _ in range(3)]
    page = erp.get("/contacts", params={"limit": 2}).json()
    erp.patch(f"/contacts/{made[0]}", {"givenName": "Late"}, If_Match='"1"')

    assert ids(erp.get("/contacts", params={"cursor": page["next"]})) == [made[2], made[0]]


def test_updated_since_includes_its_moment(erp, clock):
    """Records changed at that time or later, whatever offset it is written with."""
    erp.made("contacts")
    clock.move(minutes=1)
    second = erp.made("contacts")

    assert ids(erp.get("/contacts", params={"updatedSince": second["updatedAt"]})) == [second["id"]]
    assert ids(erp.get("/contacts", params={"updatedSince": "2026-03-14T10:31:00+01:00"})) == [second["id"]]


def test_whatever_is_written_after_a_list_is_after_its_time(erp):
    """`asOf` of one list as `updatedSince` of the next misses nothing, though the clock stands still."""
    erp.made("contacts")
    as_of = erp.get("/contacts").json()["asOf"]
    later = erp.made("contacts")

    assert later["updatedAt"] > as_of
    assert ids(erp.get("/contacts", params={"updatedSince": as_of}))[-1] == later["id"]


def test_tombstones_are_listed_on_request(erp):
    """Deleted records are left out unless asked for."""
    contact = erp.made("contacts")
    erp.delete(f"/contacts/{contact['id']}", If_Match='"1"')

    assert ids(erp.get("/contacts")) == []
    assert ids(erp.get("/contacts", params={"deleted": "include"})) == [contact["id"]]


def test_a_list_shows_documents_with_their_lines(erp):
    """An item of a list is the record as it is read alone."""
    order = erp.made("orders", lines=[erp.line()])

    assert erp.get("/orders").json()["items"] == [order]


@pytest.mark.parametrize(
    ("resource", "body", "query"),
    [
        ("contacts", {"email": "Marie.Curie@Example.org"}, {"email": "marie.curie@example.ORG"}),
        ("contacts", {"externalKey": "003A"}, {"externalKey": "003A"}),
        ("products", {"number": "RA-226"}, {"number": "RA-226"}),
        ("quotes", {}, {"number": "Q-000002"}),
        ("orders", {}, {"number": "SO-000002"}),
        ("orders", {"purchaseOrderNumber": "PO 7"}, {"purchaseOrderNumber": "PO 7"}),
    ],
)
def test_filters_find_the_record(erp, resource, body, query):
    """Keys and match keys find what has them; emails in any case."""
    erp.made(resource)
    wanted = erp.made(resource, **body)

    assert ids(erp.get(f"/{resource}", params=query)) == [wanted["id"]]


def test_a_filter_follows_a_change(erp):
    """After a patch the record is found by its new value only."""
    contact = erp.made("contacts", email="old@example.org")
    erp.patch(f"/contacts/{contact['id']}", {"email": "new@example.org"}, If_Match='"1"')

    assert ids(erp.get("/contacts", params={"email": "old@example.org"})) == []
    assert ids(erp.get("/contacts", params={"email": "new@example.org"})) == [contact["id"]]


def test_ids_pick_records(erp):
    """Only records of the resource with one of these ids."""
    made = [erp.made("contacts")["id"] for _ in range(3)]
    product = erp.made("products")["id"]

    assert ids(erp.get("/contacts", params={"ids": f"{made[2]},{made[0]},{product},C9"})) == [made[0], made[2]]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "many"},
        {"cursor": "!"},
        {"cursor": "eyJ4IjoxfQ"},
        {"updatedSince": "yesterday"},
        {"updatedSince": "2026-03-14T09:30:00"},
        {"deleted": "only"},
        {"ids": ",".join(["C1"] * 501)},
        {"colour": "blue"},
    ],
)
def test_unreadable_parameters_are_refused(erp, query):
    """A parameter that is unknown or cannot be read answers 400, never another list."""
    answer = erp.get("/contacts", params=query)

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:customerp:problem:malformed")
