"""Lines change at addresses of their own, under the version of their document."""

import pytest


@pytest.fixture(params=["quotes", "orders"])
def resource(request):
    return request.param


@pytest.fixture
def document(erp, resource):
    return erp.made(resource, lines=[erp.line(), erp.line(quantity=1)])


@pytest.fixture
def path(resource, document):
    return f"/{resource}/{document['id']}"


def test_a_line_is_added_behind_the_others(erp, path, document):
    """POST answers the line with its id, and the ETag of the document's next version."""
    answer = erp.post(f"{path}/lines", erp.line(quantity=3), If_Match='"1"')
    line, after = answer.json(), erp.get(path).json()

    assert (answer.status_code, answer.headers["ETag"], after["version"]) == (201, '"2"', 2)
    assert answer.headers["Location"] == f"/api/v1{path}/lines/{line['id']}"
    assert after["lines"] == [*document["lines"], line]
    assert (line["position"], line["lineTotal"], after["netAmount"]) == (3, 30, 60)


def test_a_line_takes_the_position_it_names(erp, path):
    """Lines are shown in the order of their positions."""
    line = erp.post(f"{path}/lines", erp.line(position=0), If_Match='"1"').json()

    assert erp.get(path).json()["lines"][0]["id"] == line["id"]


def test_a_line_is_changed(erp, path, document):
    """PATCH changes what it names and the totals follow."""
    line = document["lines"][0]
    answer = erp.patch(f"{path}/lines/{line['id']}", {"quantity": 5}, If_Match='"1"')

    assert answer.json() == {**line, "quantity": 5, "lineTotal": 50}
    assert answer.headers["ETag"] == '"2"'
    assert erp.get(path).json()["netAmount"] == 60


def test_a_line_that_gives_its_position_up_goes_behind_the_others(erp, path, document):
    """Null takes it back to where a new line goes, as with any property's default."""
    first, second = document["lines"]

    answer = erp.patch(f"{path}/lines/{first['id']}", {"position": None}, If_Match='"1"')

    assert answer.status_code == 200
    assert answer.json() == {**first, "position": 3}
    assert [line["id"] for line in erp.get(path).json()["lines"]] == [second["id"], first["id"]]


def test_a_line_is_removed(erp, path, document):
    """DELETE takes the line out; the document has a new version."""
    answer = erp.delete(f"{path}/lines/{document['lines'][0]['id']}", If_Match='"1"')
    after = erp.get(path).json()

    assert (answer.status_code, answer.headers["ETag"]) == (204, '"2"')
    assert after["lines"] == document["lines"][1:]
    assert after["netAmount"] == 10


def test_a_removed_line_releases_its_product(erp, path, document):
    """A product that no line refers to any more can be deleted."""
    line = document["lines"][0]
    product = f"/products/{line['productId']}"
    refused = erp.delete(product, If_Match='"1"')
    erp.delete(f"{path}/lines/{line['id']}", If_Match='"1"')

    assert refused.status_code == 409
    assert erp.delete(product, If_Match='"1"').status_code == 204


def test_line_changes_need_the_documents_version(erp, path, document):
    """Without If-Match 428; with the version of before another line change 412."""
    line = document["lines"][0]["id"]
    erp.patch(f"{path}/lines/{line}", {"quantity": 5}, If_Match='"1"')

    assert erp.post(f"{path}/lines", erp.line()).status_code == 428
    assert erp.patch(f"{path}/lines/{line}", {"quantity": 6}, If_Match='"1"').status_code == 412
    assert erp.delete(f"{path}/lines/{line}", If_Match='"1"').status_code == 412


def test_an_unknown_line_is_not_found(erp, path):
    """A line id of no line of that document answers 404."""
    assert erp.patch(f"{path}/lines/L9", {}, If_Match='"1"').status_code == 404


def test_lines_do_not_come_with_a_patch_of_the_document(erp, path):
    """A merge patch would replace all lines at once; it is refused."""
    answer = erp.patch(path, {"lines": []}, If_Match='"1"')

    assert answer.json()["errors"][0]["code"] == "read_only"


def test_a_lines_external_key_is_unique_in_its_document(erp, path):
    """A second line with the key answers 409 with the id of the first; a nested one 422."""
    first = erp.post(f"{path}/lines", erp.line(externalKey="K"), If_Match='"1"').json()
    second = erp.post(f"{path}/lines", erp.line(externalKey="K"), If_Match='"2"')
    nested = erp.post(
        "/orders", {**erp.acceptable("orders"), "lines": [erp.line(externalKey="K"), erp.line(externalKey="K")]}
    )

    assert (second.status_code, second.json()["existingId"]) == (409, first["id"])
    assert nested.json()["errors"][0]["pointer"] == "/lines/1/externalKey"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"productId": "P9"}, {"pointer": "/productId", "code": "reference"}),
        ({"quantity": -1}, {"pointer": "/quantity", "code": "range"}),
    ],
)
def test_a_refused_line_change_points_into_the_line(erp, path, document, change, fault):
    """Pointers are into the body that was sent."""
    answer = erp.patch(f"{path}/lines/{document['lines'][1]['id']}", change, If_Match='"1"')

    assert [{**found, **fault} for found in answer.json()["errors"]] == answer.json()["errors"]
    assert erp.get(path).json() == document


def test_line_ids_are_unique_over_all_documents(erp, document):
    """No two lines share an id."""
    other = erp.made("orders", lines=[erp.line()])
    ids = [line["id"] for line in document["lines"] + other["lines"]]

    assert len(set(ids)) == 3
