"""Records: versions, preconditions, tombstones, external keys."""

import json

import pytest

RESOURCES = ("contacts", "products", "quotes", "orders")


@pytest.mark.parametrize("resource", RESOURCES)
def test_create_answers_the_record_where_it_is(erp, resource):
    """POST answers 201 with Location, ETag and the whole record."""
    answer = erp.post(f"/{resource}", erp.acceptable(resource))
    record = answer.json()

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/{resource}/{record['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (record["version"], record["deleted"]) == (1, False)
    assert erp.get(f"/{resource}/{record['id']}").json() == record


def test_stamps_are_utc_microseconds_and_strictly_rise(erp):
    """Two records written at the same moment still have different stamps."""
    first, second = erp.made("contacts"), erp.made("contacts")

    assert first["createdAt"] == first["updatedAt"] == "2026-03-14T09:30:00.000000Z"
    assert second["updatedAt"] == "2026-03-14T09:30:00.000001Z"


def test_stamps_never_go_back(erp, clock):
    """A machine clock that is set back does not reorder the records."""
    first = erp.made("contacts")
    clock.move(hours=-1)
    second = erp.made("contacts")

    assert second["updatedAt"] > first["updatedAt"]


def test_read_with_the_known_tag_answers_nothing(erp):
    """If-None-Match with the current version answers 304; with an older one the record."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"

    assert erp.get(path, headers={"If-None-Match": '"1"'}).status_code == 304
    assert erp.get(path, headers={"If-None-Match": 'W/"1"'}).status_code == 304
    assert erp.get(path, headers={"If-None-Match": '"7"'}).status_code == 200


def test_an_unknown_id_is_not_found(erp):
    """An id that never was, and one of another resource, answer 404."""
    product = erp.made("products")

    assert erp.get("/contacts/C9").status_code == 404
    assert erp.get(f"/contacts/{product['id']}").status_code == 404


def test_a_patch_changes_what_it_names(erp):
    """A merge patch leaves the rest, null clears, and the version goes up by one."""
    contact = erp.made("contacts", givenName="Marie", jobTitle="Dr", address={"city": "Paris", "region": "IdF"})
    answer = erp.patch(f"/contacts/{contact['id']}", {"jobTitle": None, "address": {"city": "Warsaw"}}, If_Match='"1"')
    record = answer.json()

    assert (answer.status_code, answer.headers["ETag"], record["version"]) == (200, '"2"', 2)
    assert (record["givenName"], record["jobTitle"]) == ("Marie", None)
    assert (record["address"]["city"], record["address"]["region"]) == ("Warsaw", "IdF")
    assert record["updatedAt"] > contact["updatedAt"]
    assert record["createdAt"] == contact["createdAt"]


def test_a_patch_of_nothing_is_a_version_too(erp):
    """Every accepted write counts, so a batch can foretell the versions."""
    contact = erp.made("contacts")
    answer = erp.patch(f"/contacts/{contact['id']}", {}, If_Match='"1"')

    assert answer.json()["version"] == 2


def test_clearing_every_part_clears_the_address(erp):
    """An address of which nothing is left is null."""
    contact = erp.made("contacts", address={"city": "Paris"})
    record = erp.patch(f"/contacts/{contact['id']}", {"address": {"city": ""}}, If_Match='"1"').json()

    assert record["address"] is None


def test_a_patch_needs_the_version(erp):
    """Without If-Match 428, with a stale one 412 and the current version, and nothing is written."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"
    without, stale = erp.patch(path, {"givenName": "A"}), erp.patch(path, {"givenName": "A"}, If_Match='"0"')

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (stale.json()["currentVersion"], stale.headers["ETag"]) == (1, '"1"')
    assert erp.get(path).json() == contact


def test_a_patch_is_a_merge_patch(erp):
    """Another media type answers 415 and names the right one."""
    contact = erp.made("contacts")
    answer = erp.http.patch(f"/contacts/{contact['id']}", json={}, headers={"If-Match": '"1"'})

    assert answer.status_code == 415
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json"


def test_a_deleted_record_leaves_a_tombstone(erp):
    """DELETE answers 204; afterwards GET answers 410 with the record, marked deleted."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"
    deleted = erp.delete(path, If_Match='"1"')
    gone = erp.get(path)

    assert (deleted.status_code, deleted.content, deleted.headers["ETag"]) == (204, b"", '"2"')
    assert gone.status_code == 410
    assert (gone.json()["deleted"], gone.json()["version"], gone.json()["familyName"]) == (True, 2, "Curie")


def test_deleting_needs_the_version(erp):
    """DELETE without If-Match answers 428, with a stale one 412."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"

    assert erp.delete(path).status_code == 428
    assert erp.delete(path, If_Match='"2"').status_code == 412


def test_a_tombstone_takes_no_change(erp):
    """PATCH and DELETE of a deleted record answer 410."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"
    erp.delete(path, If_Match='"1"')

    assert erp.patch(path, {"givenName": "A"}, If_Match='"2"').status_code == 410
    assert erp.delete(path, If_Match='"2"').status_code == 410


def test_undelete_brings_the_record_back(erp):
    """The record has its id and values again, as a new version; doing it twice changes nothing more."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"
    erp.delete(path, If_Match='"1"')
    back, again = erp.post(f"{path}:undelete", None), erp.post(f"{path}:undelete", None)

    assert (back.status_code, back.json()["deleted"], back.json()["version"]) == (200, False, 3)
    assert again.json() == back.json() == erp.get(path).json()


def test_undelete_heeds_the_version_when_named(erp):
    """A stale If-Match refuses the undelete with 412."""
    contact = erp.made("contacts")
    path = f"/contacts/{contact['id']}"
    erp.delete(path, If_Match='"1"')

    assert erp.post(f"{path}:undelete", None, If_Match='"1"').status_code == 412


@pytest.mark.parametrize("deleted", [False, True])
def test_a_known_external_key_names_its_record(erp, deleted):
    """Creating with a key that is taken answers 409 with the id it has, also when that is deleted."""
    contact = erp.made("contacts", externalKey="003A")
    if deleted:
        erp.delete(f"/contacts/{contact['id']}", If_Match='"1"')
    answer = erp.post("/contacts", {"familyName": "Other", "externalKey": "003A"})

    assert answer.status_code == 409
    assert answer.json()["existingId"] == contact["id"]
    assert answer.json()["existingDeleted"] is deleted


def test_an_external_key_is_unique_in_its_resource(erp):
    """A patch to a taken key answers 409; the same key in another resource is another key."""
    erp.made("contacts", externalKey="K")
    other = erp.made("contacts")
    taken = erp.patch(f"/contacts/{other['id']}", {"externalKey": "K"}, If_Match='"1"')

    assert taken.status_code == 409
    assert erp.made("products", externalKey="K")["externalKey"] == "K"


def test_what_is_referred_to_cannot_be_deleted(erp):
    """A contact of an order stays until the order is deleted."""
    contact = erp.made("contacts")
    order = erp.made("orders", contactId=contact["id"])
    path = f"/contacts/{contact['id']}"
    refused = erp.delete(path, If_Match='"1"')
    erp.delete(f"/orders/{order['id']}", If_Match='"1"')

    assert (refused.status_code, refused.json()["referringId"]) == (409, order["id"])
    assert erp.delete(path, If_Match='"1"').status_code == 204


def test_a_released_reference_no_longer_holds(erp):
    """A contact that an order has let go of can be deleted."""
    contact = erp.made("contacts")
    order = erp.made("orders", contactId=contact["id"])
    erp.patch(f"/orders/{order['id']}", {"contactId": None}, If_Match='"1"')

    assert erp.delete(f"/contacts/{contact['id']}", If_Match='"1"').status_code == 204


def test_a_document_does_not_return_before_what_it_refers_to(erp):
    """Undeleting an order whose contact is deleted answers 422 at that reference."""
    contact = erp.made("contacts")
    order = erp.made("orders", contactId=contact["id"])
    erp.delete(f"/orders/{order['id']}", If_Match='"1"')
    erp.delete(f"/contacts/{contact['id']}", If_Match='"1"')
    answer = erp.post(f"/orders/{order['id']}:undelete", None)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/contactId"]


@pytest.mark.parametrize("body", [b"{", b"", b"NaN", b'{"familyName": "\xff"}', b'{"familyName": NaN}'])
def test_what_is_not_json_is_malformed(erp, body):
    """Broken JSON, other encodings and numbers JSON does not have answer 400."""
    answer = erp.http.post("/contacts", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400


def test_a_body_of_another_type_is_refused(erp):
    """POST takes application/json only."""
    answer = erp.http.post("/contacts", content=json.dumps({"familyName": "A"}), headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_a_body_must_be_an_object(erp, body):
    """Any other JSON value answers 422."""
    answer = erp.http.post("/contacts", content=json.dumps(body), headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
