"""Many rows by bulk jobs: the same outcomes as by single calls, whatever goes wrong, in far fewer calls."""

import csv
import io
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import polars as pl
import pytest

from talk_assets.entities import entity_of
from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.system import System
from talk_assets.model.wire import Wire
from talk_assets.sandbox import salesforce as sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.http import Patience
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort
from talk_assets.systems.salesforce.bulk.jobs import Jobs
from talk_assets.systems.salesforce.bulk.query import BulkQuery
from talk_assets.systems.salesforce.bulk.table import can_hold, cells_of, rows_of, written

CONTACT = entity_of("contact", System.SALESFORCE)
MANY = 5000
ODD = 'Ann "the" Berg,\nLøvås ; 漢'


class Org:
    def __init__(self, url, app):
        self.url = url
        self.faults = app.state.faults
        self.pauses = []

    def port(self, bulk_from=None):
        settings = sandbox.SalesforceSettings()
        login = SalesforceLogin(url=self.url, client_id=settings.client_id, client_secret=settings.client_secret)
        quick = Patience(sleep=self.pauses.append, first_pause=0.0)
        port = SalesforcePort(
            login=login, entities={}, relations={}, lookback=timedelta(0), patience=quick, bulk_from=bulk_from
        )
        port.shape(CONTACT)
        return port


@contextmanager
def served(**settings):
    app = sandbox.create_app(settings=sandbox.SalesforceSettings(**settings))
    with running(app) as url:
        yield Org(url, app)
    app.state.close()


@pytest.fixture
def org(request):
    with served(**getattr(request, "param", {})) as one:
        yield one


def contact(number, **values):
    return Write(
        intent_id=f"intent-{number}",
        entity="contact",
        op=Op.CREATE,
        values={"LastName": f"Berg {number}", **values},
        key=f"key-{number:05}",
    )


def contacts(count):
    return [contact(number) for number in range(count)]


def send(port, writes):
    """What became of each write, by intent, and the rows that were read back."""
    answers = [port.write(CONTACT, batch) for batch in port.batches(CONTACT, writes)]
    receipts = {receipt.intent_id: receipt for answer in answers for receipt in answer.receipts}
    frames = [answer.stored.frames["contact"] for answer in answers if answer.stored.frames]
    return receipts, pl.concat(frames) if frames else None


def counts(receipts):
    told = [receipt.outcome for receipt in receipts.values()]
    return {outcome: told.count(outcome) for outcome in set(told)}


@pytest.fixture(scope="module")
def crowd():
    """An org with 5,000 contacts, made by one bulk job; the calls that took, receipts and rows."""
    with served() as org:
        port = org.port(bulk_from=2000)
        before = port.calls.total
        receipts, stored = send(port, contacts(MANY))
        yield org, port.calls.total - before, receipts, stored


def test_5000_contacts_are_made_in_9_calls_instead_of_25(crowd):
    """Job, rows, close, one look, two results and three reads; single calls take 200 contacts each."""
    org, calls, receipts, stored = crowd

    assert counts(receipts) == {Outcome.APPLIED: MANY}
    assert dict(stored.select("_id", "_key").iter_rows()) == {
        receipts[f"intent-{n}"].id: f"key-{n:05}" for n in range(MANY)
    }
    assert calls == 9
    assert len(org.port().batches(CONTACT, contacts(MANY))) == 25


def test_5000_contacts_are_read_by_page_and_job_alike(crowd):
    """The first page goes by itself, the rest by one job; rows and cursor are those of reading by pages."""
    org, *_ = crowd
    read = {}
    calls = {}
    for bulk_from in (None, 2000):
        port = org.port(bulk_from=bulk_from)
        before = port.calls.total
        pages = list(port.fetch(CONTACT, None))
        calls[bulk_from] = port.calls.total - before
        read[bulk_from] = pl.concat([page.frames["contact"] for page in pages]).unique("_id").sort("_id")
        assert [page.cursor is None for page in pages] == [True] * (len(pages) - 1) + [False]

    assert read[None].equals(read[2000])
    assert read[None].height == MANY
    assert calls == {None: 3, 2000: 4}


def test_a_few_pages_of_changes_need_no_job(crowd):
    """After a cursor there is seldom much: a job takes more calls than a page or two."""
    org, *_ = crowd
    port = org.port(bulk_from=2000)
    before = dict(port.calls.by_kind)
    pages = list(port.fetch(CONTACT, '{"stamp": "2001-01-01T00:00:00Z"}'))
    made = {kind: count - before.get(kind, 0) for kind, count in port.calls.by_kind.items()}

    assert sum(page.frames["contact"].height for page in pages) == MANY
    assert {kind: count for kind, count in made.items() if count} == {"query": 3}


def test_an_interrupted_page_of_results_is_asked_for_again_by_its_locator(crowd):
    """Results come in parts; each part says where the next one begins, and the last one that it is."""
    org, *_ = crowd
    port = org.port()
    jobs = Jobs(client=port._client, root="/services/data/v62.0", kind="query", sleep=org.pauses.append)
    query = BulkQuery(jobs, page=1500)
    org.faults.take({"kind": "reset_mid_body", "path": "/results", "nth": 2})
    parts = list(query.pages(query.begin("SELECT Id, LastName FROM Contact"), {}))

    assert [len(part) for part in parts] == [1500, 1500, 1500, 500]
    assert len({own for part in parts for own in part.column("Id", missing=None)}) == MANY


@pytest.mark.parametrize("bulk_from", [None, 200])
def test_each_row_has_its_own_outcome(org, bulk_from):
    """What succeeds, what is refused and what is there already is told apart by key, as by single calls."""
    port = org.port(bulk_from=bulk_from)
    send(port, [contact(7)])
    writes = [*contacts(240), contact(500, Email="no address"), contact(501, FirstName=ODD, HasOptedOutOfEmail="true")]
    receipts, stored = send(port, writes)

    assert counts(receipts) == {Outcome.APPLIED: 240, Outcome.EXISTS: 1, Outcome.REFUSED: 1}
    assert receipts["intent-7"].outcome is Outcome.EXISTS
    assert receipts["intent-7"].id is not None
    assert (receipts["intent-500"].problem.code, receipts["intent-500"].problem.property) == (
        "INVALID_EMAIL_ADDRESS",
        "Email",
    )
    (odd,) = stored.filter(_id=receipts["intent-501"].id).iter_rows(named=True)
    assert (odd["FirstName"], odd["HasOptedOutOfEmail"]) == (ODD, "true")


@pytest.mark.parametrize("org", [{"bulk_fails_after": 100}], indirect=True)
def test_rows_that_a_job_did_not_reach_are_sent_again(org):
    """A job that fails half-way leaves the rest unprocessed: certainly not applied, and made by the next tries."""
    port = org.port(bulk_from=200)
    first, _ = send(port, contacts(250))
    left = [write for write in contacts(250) if first[write.intent_id].outcome is Outcome.NOT_APPLIED]
    second, _ = send(port, left)

    assert counts(first) == {Outcome.APPLIED: 100, Outcome.NOT_APPLIED: 150}
    assert {r.problem.code for r in first.values() if r.problem} == {"UNPROCESSED"}
    assert counts(second) == {Outcome.APPLIED: 150}


@pytest.mark.parametrize(
    ("fault", "outcome", "made"),
    [
        ({"kind": "refuse", "status": 400, "method": "POST", "path": "/jobs/ingest"}, Outcome.APPLIED, 250),
        ({"kind": "commit_then_reset", "method": "POST", "path": "/jobs/ingest"}, Outcome.APPLIED, 250),
        ({"kind": "commit_then_reset", "method": "PUT"}, Outcome.NOT_APPLIED, 0),
        ({"kind": "refuse", "status": 503, "method": "PATCH"}, Outcome.NOT_APPLIED, 0),
        ({"kind": "commit_then_reset", "method": "PATCH"}, Outcome.APPLIED, 250),
        ({"kind": "refuse", "path": "successfulResults", "count": None}, Outcome.AMBIGUOUS, 250),
        ({"kind": "reset", "path": "/composite/sobjects", "count": None}, Outcome.APPLIED, 250),
    ],
)
def test_whatever_answer_is_lost_no_outcome_is_made_up(org, fault, outcome, made):
    """Where nothing can have happened it says so, where all has it is known, and else it is left to be read by key."""
    port = org.port(bulk_from=200)
    org.faults.take(fault)
    receipts, _ = send(port, contacts(250))
    org.faults.clear()

    assert counts(receipts) == {outcome: 250}
    assert port.read(CONTACT, keys=[write.key for write in contacts(250)]).frames["contact"].height == made


@pytest.mark.parametrize("org", [{"bulk_paced": True, "bulk_batch_rows": 50}], indirect=True)
def test_a_job_is_waited_for_with_growing_pauses(org):
    """A slow job is looked at less and less often."""
    receipts, _ = send(org.port(bulk_from=200), contacts(250))

    assert counts(receipts) == {Outcome.APPLIED: 250}
    assert org.pauses == sorted(org.pauses)
    assert org.pauses[0] < org.pauses[-1]


@pytest.mark.parametrize("org", [{"bulk_paced": True, "bulk_batch_rows": 1}], indirect=True)
@pytest.mark.parametrize("ends", [True, False], ids=["and is aborted", "and cannot be aborted"])
def test_a_job_that_takes_over_half_an_hour_is_not_waited_for(org, ends):
    """What it made counts. The rest is sent again if it was ended, and else read by key before anything is."""
    port = org.port(bulk_from=200)
    if not ends:
        org.faults.take({"kind": "refuse", "status": 400, "method": "PATCH", "nth": 2})
    first, _ = send(port, contacts(250))
    made = counts(first)[Outcome.APPLIED]
    left = [write for write in contacts(250) if first[write.intent_id].outcome is not Outcome.APPLIED]

    assert 1800 <= sum(org.pauses) < 1800 + 15
    assert 100 < made < 250
    assert counts(first) == {Outcome.APPLIED: made, Outcome.NOT_APPLIED if ends else Outcome.AMBIGUOUS: len(left)}
    if ends:
        assert {r.problem.code for r in first.values() if r.problem} == {"UNPROCESSED"}
        assert counts(send(port, left)[0]) == {Outcome.APPLIED: len(left)}


def test_what_a_table_cannot_say_goes_by_single_calls(org):
    """An empty cell says nothing and #N/A says null, so such texts are not put into a table."""
    port = org.port(bulk_from=200)
    batches = port.batches(CONTACT, [*contacts(210), contact(300, Title="#N/A")])

    assert [len(batch) for batch in batches] == [210, 1]
    assert not can_hold({"Title": ""})
    assert can_hold({"Title": None})


def test_a_table_comes_back_as_it_was_written():
    """Quotes, commas, line ends and other scripts survive; numbers and nulls are what the REST API tells."""
    table = written(["A", "B.C"], [{"A": ODD}, {"A": "x", "B.C": "1.50"}])
    cells = cells_of(table, {"B.C": Wire.NUMBER})

    assert rows_of(table) == [{"A": ODD, "B.C": ""}, {"A": "x", "B.C": "1.50"}]
    assert [cells.record(place) for place in range(len(cells))] == [
        {"A": ODD, "B": {"C": None}},
        {"A": "x", "B": {"C": msgspec.Raw(b"1.50")}},
    ]
    assert cells.column("A", missing=None) == [ODD, "x"]
    assert cells.column("B.C", missing=None) == [None, msgspec.Raw(b"1.50")]
    assert cells.at([1]).column("D", missing="none") == ["none"]
    with pytest.raises(PeerAnswerError, match="no CSV"):
        rows_of(b'"A","B"\n"1"\n')


@pytest.mark.parametrize(
    "body",
    [b'"A","B"\n"1"\n', b'"A","B"\n"1","2","3"\n', b'"A","B"\n"1","2\n', b'"A","A"\n"1","2"\n', b'"A"\n"\xff"\n'],
)
def test_what_is_no_table_is_refused(body):
    """Rows of another width, quotes left open, names given twice and other encodings are not guessed at."""
    with pytest.raises(PeerAnswerError, match="no CSV"):
        cells_of(body, {})


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_a_table_tells_wire_text_however_it_is_quoted(quoting):
    """Cells that are what their kind says come as text at once, others as the values that the REST API tells."""
    out = io.StringIO(newline="")
    rows = [["Text", "Flag", "Price", "At"], [ODD, "true", "1.50", "2026-01-02T03:04:05.000Z"], ["", "", "", ""]]
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(rows)
    wires = {"Flag": Wire.BOOLEAN, "Price": Wire.NUMBER}
    cells = cells_of(out.getvalue().encode(), wires, stamps=["At", "Other"])

    told = {path: cells.texts(path, wires.get(path, Wire.TEXT), missing=None) for path in (*rows[0], "Other")}
    assert {path: found.to_list() for path, found in told.items()} == {
        "Text": [ODD, None],
        "Flag": ["true", None],
        "Price": ["1.50", None],
        "At": ["2026-01-02T03:04:05.000+0000", None],
        "Other": [None, None],
    }
    assert cells.texts("Text", Wire.NUMBER, missing=None) is None
    assert cells.texts("Text", Wire.TEXTS, missing=None) is None
    assert cells.at([0]).column("Price", missing=None) == [msgspec.Raw(b"1.50")]


def test_few_rows_and_documents_go_by_single_calls(org):
    """Below the threshold, and for what a job cannot do, nothing changes."""
    port = org.port(bulk_from=2000)

    assert [len(batch) for batch in port.batches(CONTACT, contacts(450))] == [200, 200, 50]
