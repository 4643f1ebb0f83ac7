"""The Customerp client against the embedded Customerp, and against scripted answers."""

import json
import threading

import pytest

from talk_assets.demo.ends import PlainCustomerp
from talk_assets.entities import entity_of
from talk_assets.model.changes import Op
from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.system import System
from talk_assets.sandbox.customerp import CustomerpSettings
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort


def nothing(entity):
    """Every property of *entity*, each null, as an end sends what is empty."""
    return {path.partition(".")[0]: None for path in (*entity.paths, entity.key_path)}


def item(n, kind="contact", **facts):
    own = {"id": f"C{n}", "updatedAt": "2024-09-10T14:20:17.000001Z", "version": 1, "deleted": False}
    return nothing(entity_of(kind, System.CUSTOMERP)) | own | facts


def listing(*items, after=None):
    return json.dumps({"items": list(items), "next": after, "asOf": "2024-09-10T14:20:17Z"}).encode()


def feed(*items, last):
    moves = [{"seq": last, "resource": resource, "id": name} for resource, name in items]
    return json.dumps({"items": moves, "last": last}).encode()


def paths(one):
    return [head.split(" ")[1].partition("?") for head, _ in one.requests]


def test_full_list_is_read_page_by_page(customerp):
    """The list's own cursor leads through all pages, tombstones included."""
    batch = [customerp.contact(f"k{n}") for n in range(500)]
    ids = [
        receipt.id
        for one in (batch, [customerp.contact(f"m{n}") for n in range(500)])
        for receipt in customerp.send(*one).receipts
    ]
    customerp.send(customerp.write("contact", Op.DELETE, id=ids[0], version="1"))
    pages = list(customerp.port.fetch(customerp.entities["contact"], None))
    rows = {row["_id"]: row["_deleted"] for page in pages for row in page.frames["contact"].to_dicts()}

    assert [page.frames["contact"].height for page in pages] == [1000, 1]
    assert set(ids) < set(rows)
    assert [name for name, deleted in rows.items() if deleted] == [ids[0]]


def test_unchanged_cycle_asks_once(customerp):
    """When nothing moved, one call to the change feed serves every resource."""
    cursors = {name: customerp.fetch(name)[1] for name in ("contact", "product", "order")}
    assert len(set(cursors.values())) == 1
    before = customerp.port.calls.total
    found = [customerp.fetch(name, cursor)[0] for name, cursor in cursors.items()]

    assert found == [{}, {}, {}]
    assert customerp.port.calls.total - before == 1


def test_next_cycle_asks_again(customerp):
    """The shared answer is for one cycle: asking again from the same place sees later changes."""
    cursor = customerp.fetch("contact")[1]
    customerp.fetch("contact", cursor)
    record_id = customerp.send(customerp.contact("k1")).receipts[0].id

    assert set(customerp.fetch("contact", cursor)[0]) == {record_id}


def test_many_changes_are_listed_rather_than_named(customerp):
    """More changes than a read takes ids are listed from the first of them on, in as few calls as they take pages."""
    cursor = customerp.fetch("contact")[1]
    for part in range(3):
        customerp.send(*[customerp.contact(f"k{part}-{n}") for n in range(400)])
    before = dict(customerp.port.calls.by_kind)
    rows, later = customerp.fetch("contact", cursor)

    assert len(rows) == 1200
    assert customerp.port.calls.by_kind["list"] - before.get("list", 0) == 2
    assert customerp.fetch("contact", later)[0] == {}


def moved(*names, last, at="2024-09-10T14:20:17.000001Z"):
    """A feed's answer: contacts of these names moved."""
    moves = [{"seq": last, "resource": "contacts", "id": name, "updatedAt": at} for name in names]
    return json.dumps({"items": moves, "last": last}).encode()


def test_a_record_that_a_list_of_changes_lacks_is_asked_for_by_its_id(scripted, customerp, answer):
    """Whatever the list says, each record that the feed named is read, or kept as unread."""
    names = [f"C{n}" for n in range(600)]
    one, port = scripted(
        customerp.entities,
        answer(moved(*names, last=600)),
        answer(listing(*(item(n) for n in range(598)))),
        answer(listing(item(598))),
    )
    pages = list(port.fetch(customerp.entities["contact"], '{"seq": 1}'))

    assert {name for page in pages for name in page.frames["contact"]["_id"]} == {*names[:599]}
    assert [reject.id for page in pages for reject in page.rejects] == ["C599"]
    assert [query for _, _, query in paths(one)][-1].startswith("deleted=include&ids=C598%2CC599")


def test_a_feed_without_times_is_read_by_id(scripted, customerp, answer):
    """Where its moves do not say when they were made, nothing can be listed from then on."""
    names = [f"C{n}" for n in range(600)]
    found = [listing(*(item(n) for n in part)) for part in (range(500), range(500, 600))]
    one, port = scripted(customerp.entities, answer(moved(*names, last=600, at="a while ago")), *map(answer, found))
    pages = list(port.fetch(customerp.entities["contact"], '{"seq": 1}'))

    assert sum(page.frames["contact"].height for page in pages) == 600
    assert not [query for _, _, query in paths(one) if "updatedSince" in query]


def test_change_during_a_full_list_is_seen_again(customerp):
    """The cursor is from before the first page, so an edit made while pages are read comes next time."""
    customerp.send(*[customerp.contact(f"k{n}") for n in range(500)])
    customerp.send(*[customerp.contact(f"m{n}") for n in range(501)][:500])
    customerp.send(customerp.contact("last"))
    pages = customerp.port.fetch(customerp.entities["contact"], None)
    first = next(pages).frames["contact"].to_dicts()[5]
    change = customerp.write("contact", Op.UPDATE, {"city": "Ulm"}, id=first["_id"], version=first["_version"])
    customerp.send(change, through=customerp.outsider)
    cursor = list(pages)[-1].cursor

    assert first["_id"] in customerp.fetch("contact", cursor)[0]


def test_feed_older_than_our_cursor_means_a_full_list(scripted, customerp, answer):
    """A Customerp restored from a backup numbers its changes anew; everything is read again."""
    _, port = scripted(
        customerp.entities,
        answer(feed(last=7)),
        answer(feed(last=7)),
        answer(listing(item(1))),
    )
    pages = list(port.fetch(customerp.entities["contact"], '{"seq": 900}'))

    assert [page.frames["contact"].height for page in pages] == [1]
    assert pages[-1].cursor == '{"seq": 7}'


def test_hostile_next_stays_a_parameter(scripted, customerp, answer, peer):
    """What an end calls its next page is a value sent back to itself, never an address."""
    other = peer(answer(listing()))
    one, port = scripted(
        customerp.entities,
        answer(feed(last=1)),
        answer(listing(item(1), after=f"{other.url}/api/v1/contacts")),
        answer(listing(item(2))),
    )
    list(port.fetch(customerp.entities["contact"], None))

    assert other.requests == []
    assert {path for path, _, _ in paths(one)} == {"/api/v1/changes", "/api/v1/contacts"}


def test_document_with_an_unreadable_line_is_rejected_whole(scripted, customerp, answer):
    """Without its odd line the document would look as if the line had been removed."""
    empty = nothing(entity_of("order_line", System.CUSTOMERP))
    good = empty | {"id": "L1", "quantity": 1}
    odd = empty | {"id": "L2", "quantity": "many"}
    _, port = scripted(
        customerp.entities,
        answer(feed(last=1)),
        answer(
            listing(
                item(1, "order", lines=[good, odd]),
                item(2, "order", lines=[good | {"id": "L3"}]),
                item(3, "order", lines="none"),
                item(4, "order"),
                item(5, "order", lines=[good | {"id": "../L5"}]),
                item(6, "order", lines=[good | {"id": "L6"}] * 2),
            )
        ),
    )
    page = next(port.fetch(customerp.entities["order"], None))

    assert page.frames["order"]["_id"].to_list() == ["C2"]
    assert page.frames["order_line"].select("_id", "_parent").rows() == [("L3", "C2")]
    assert sorted((reject.entity, reject.id) for reject in page.rejects) == [
        ("order", "C1"),
        ("order", "C3"),
        ("order", "C4"),
        ("order", "C5"),
        ("order", "C6"),
        ("order_line", "L2"),
    ]


def test_lines_carry_their_documents_facts(customerp):
    """A line's stamp, version and tombstone are its document's."""
    receipt = customerp.send(customerp.order("o1", ["1", "2"])).receipts[0]
    customerp.send(customerp.write("order", Op.DELETE, id=receipt.id, version="1"))
    page = customerp.port.read(customerp.entities["order"], ids=[receipt.id])
    document = page.frames["order"].to_dicts()[0]
    facts = ("_stamp", "_version", "_deleted")

    assert document["_deleted"] is True
    assert [[line[f] for f in facts] for line in page.frames["order_line"].to_dicts()] == [
        [document[f] for f in facts]
    ] * 2


def test_lines_are_read_with_their_document(customerp):
    """A line has no address of its own."""
    with pytest.raises(ValueError, match="read with its order"):
        customerp.port.read(customerp.entities["order_line"], ids=["L1"])


def test_head_waits_for_a_change(customerp):
    """The end holds the doorbell's call until something changes, and then says what."""
    kinds = [customerp.entities[name] for name in ("contact", "order", "order_line")]
    before = customerp.port.head(kinds, {})
    answered = []
    waiting = threading.Thread(target=lambda: answered.append(customerp.port.head(kinds, before, wait=20.0)))
    waiting.start()
    customerp.send(customerp.order("o1", ["1"]), through=customerp.outsider)
    waiting.join(timeout=15)
    after = answered[0]

    assert after["contact"] == before["contact"]
    assert after["order"] == after["order_line"] != before["order"]


def test_who_only_listens_hears_of_others(customerp):
    """Our own writes are passed over, also by a call that waits; with one of somebody else's the head moves."""
    kinds = [customerp.entities["contact"]]
    key = CustomerpSettings().api_key
    login = CustomerpLogin(url=customerp.url, api_key=key)
    listener = CustomerpPort(login=login, entities=customerp.entities, only_listening=True)
    before = listener.head(kinds, {})
    customerp.send(customerp.contact("k1"))

    assert customerp.port.head(kinds, before) != before
    assert listener.head(kinds, before) == before
    assert listener.head(kinds, before, wait=1.0) == before
    person = PlainCustomerp(url=customerp.url, api_key=key)
    person.create("contacts", {"familyName": "Berg"})
    assert listener.head(kinds, before) != before
    person.close()
    listener.close()


def test_wrong_key_is_a_configuration_error(customerp, patience):
    """A refused API key says so and does not show the key, for reads and writes alike."""
    port = CustomerpPort(
        login=CustomerpLogin(url=customerp.url, api_key="canary-key"), entities=customerp.entities, patience=patience
    )
    with pytest.raises(ConfigurationError, match="API key") as read:
        port.identify()
    with pytest.raises(ConfigurationError, match="API key") as write:
        port.write(customerp.entities["contact"], [customerp.contact("k1")])

    assert "canary" not in str(read.value) + str(write.value) + repr(CustomerpLogin(url="u", api_key="canary"))


@pytest.mark.parametrize(
    "body", [b"[]", b'{"items":5,"next":null}', b'{"items":[],"next":5}', b'{"error":"no"}', b"null"]
)
def test_list_of_another_shape_is_refused(scripted, customerp, answer, body):
    """An answer with status 200 that is no list is not taken for an empty one."""
    _, port = scripted(customerp.entities, answer(feed(last=1)), answer(body))

    with pytest.raises(PeerAnswerError, match="another shape"):
        list(port.fetch(customerp.entities["contact"], None))


@pytest.mark.parametrize("body", [b"{}", b'{"items":[],"last":"5"}', b'{"items":[{"id":"x"}],"last":5}'])
def test_feed_of_another_shape_is_refused(scripted, customerp, answer, body):
    """A feed that cannot be read never counts as nothing changed."""
    _, port = scripted(customerp.entities, answer(body))

    with pytest.raises(PeerAnswerError, match="change feed"):
        list(port.fetch(customerp.entities["contact"], '{"seq": 1}'))
