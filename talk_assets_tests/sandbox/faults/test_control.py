"""How faults are told, drawn and ended."""

from pathlib import Path

import pytest

from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.faults import PROFILES
from talk_assets.sandbox.faults.kinds import KINDS


def told(end):
    return end.http.get("/sandbox/faults").json()


def statuses(end, times):
    return [end.http.get("/api/v1/contacts").status_code for _ in range(times)]


def test_every_kind_can_be_told_by_its_name_alone(end, strike):
    """Parameters have values of their own, and each end takes the kinds it can have."""
    kinds = [name for name, kind in KINDS.items() if end.end in kind.ends]
    for kind in kinds:
        strike(end, kind)

    assert [fault["kind"] for fault in told(end)["faults"]] == kinds


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no fault of the kind None"),
        ({"kind": "earthquake"}, "there are: refuse"),
        ({"kind": "refuse", "speed": 1}, "refuse has no speed"),
        ({"kind": "refuse", "status": "500"}, "status: expected a value of the type int"),
        ({"kind": "reset", "path": "("}, "no regular expression"),
        ({"kind": "reset", "method": "LOOK"}, "method: expected one of"),
        ({"kind": "reset", "count": 1.5}, "count: expected"),
        ({"kind": "html_page", "commit": 1}, "commit: expected"),
        ({"faults": {}}, "a list is expected"),
        ({"profile": "stormy"}, "expected one of calm, flaky, hostile, slow"),
        ({"profile": "calm", "kind": "reset"}, "nothing else"),
        ({"kind": "reset", "seed": "x"}, "seed: a whole number"),
        ([], "An object is expected"),
    ],
)
def test_what_cannot_be_taken_is_named(end, given, message):
    """The answer is 422 and says what is wrong; nothing stands."""
    answer = end.http.post("/sandbox/faults", json=given)

    assert answer.status_code == 422
    assert message in answer.json()["error"]
    assert told(end)["faults"] == []


def test_salesforce_kinds_are_no_kinds_of_customerp(serve):
    """Each end has only what can happen there."""
    answer = serve("customerp").http.post("/sandbox/faults", json={"kind": "lock_row"})

    assert answer.status_code == 422


def test_a_fault_befalls_the_requests_it_names(serve, strike):
    """Method, path, place among the matching requests, and how often."""
    end = serve("customerp")
    strike(end, "refuse", method="GET", path="contacts", nth=2, count=2)

    end.http.get("/api/v1/products")

    assert statuses(end, 5) == [200, 503, 503, 200, 200]
    (fault,) = told(end)["faults"]
    assert (fault["seen"], fault["struck"]) == (3, 2)
    assert told(end)["struck"] == {"refuse": 2}
    assert [entry["path"] for entry in told(end)["log"]] == ["/api/v1/contacts"] * 2


def test_a_fault_may_name_a_client_or_a_record(end, strike):
    """By the User-Agent, or by what the body says."""
    strike(end, "refuse", agent="^talk-assets", count=None)
    strike(end, "refuse", body="Dahl", count=None)

    answers = [end.save("Berg", agent="talk-assets"), end.save("Berg"), end.save("Dahl")]

    assert [answer.status_code for answer in answers] == [503, 200, 503]


def test_reads_by_post_are_no_writes(serve, strike):
    """A composite of queries and a read by ids pass a fault of writes; signing in does too."""
    end = serve("salesforce")
    strike(end, "refuse", method="write", count=None)
    root = "/services/data/v62.0/composite"
    query = {"method": "GET", "url": "/services/data/v62.0/query?q=SELECT+Id+FROM+Contact", "referenceId": "a"}
    reads = [
        end.http.post(root, json={"compositeRequest": [query]}),
        end.http.post(f"{root}/sobjects/Contact", json={"ids": ["003000000000001AAA"], "fields": ["Id"]}),
    ]
    end.log_in()

    assert [answer.status_code for answer in reads] == [200, 200]
    assert end.save("Berg").status_code == 503


def test_ending_the_faults_shows_every_late_write(end, strike):
    """Nothing stands any more, and nothing is hidden."""
    strike(end, "late_commit")
    end.save("Berg")
    hidden = end.names()

    assert end.http.delete("/sandbox/faults").status_code == 204
    assert (hidden, end.names()) == ([], ["Berg"])
    assert told(end)["faults"] == []


def test_the_same_seed_draws_the_same_faults(serve):
    """Whatever else is asked between; another seed draws others."""

    def drawn(seed, *, meddle=False):
        end = serve("customerp")
        end.http.post("/sandbox/faults", json={"kind": "refuse", "chance": 0.5, "count": None, "seed": seed})
        found = []
        for _ in range(40):
            found += statuses(end, 1)
            if meddle:
                end.http.get("/api/v1/products")
        return found

    assert drawn(7) == drawn(7) == drawn(7, meddle=True) != drawn(8)
    assert 10 < drawn(7).count(503) < 30


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_taken_by_name(end, profile):
    """It takes the place of what stood before."""
    end.http.post("/sandbox/faults", json={"kind": "reset"})

    answer = end.http.post("/sandbox/faults", json={"profile": profile, "seed": 3})

    expected = [entry["kind"] for entry in PROFILES[profile] if end.end in KINDS[entry["kind"]].ends]
    assert answer.status_code == 201
    assert (told(end)["seed"], [fault["kind"] for fault in told(end)["faults"]]) == (3, expected)


def test_an_end_without_controls_takes_no_faults(serve):
    """As on a real system there is nothing at that address."""
    for end in (
        serve("customerp", settings=customerp.CustomerpSettings(sandbox_controls=False)),
        serve("salesforce", settings=salesforce.SalesforceSettings(sandbox_controls=False)),
    ):
        assert end.http.post("/sandbox/faults", json={"kind": "reset"}).status_code == 404


def test_the_page_on_faults_names_every_kind_with_its_parameters():
    """Who reads it can tell every fault there is."""
    text = (Path(__file__).parents[3] / "docs/faults.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `")}

    for name, kind in KINDS.items():
        assert kind.meaning in rows[name]
        assert all(parameter in rows[name] for parameter in kind.parameters)
