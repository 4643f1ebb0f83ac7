"""What runs of the jobs do, on ends in memory."""

from dataclasses import replace

from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
MANY = 30
"""More than a guard lets pass unseen."""


def people(twins, count):
    return [twins.add("contact", CUSTOMERP, last_name=f"Berg {n}", email=f"berg{n}@example.com") for n in range(count)]


def test_run_reports_what_it_did(runs, twins):
    """Counts by direction, API calls and previews are on the assets of the stage they belong to."""
    twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com")
    twins.add("contact", SALESFORCE, last_name="Dahl", email="dahl@example.com")
    ran = runs("sync_contact")

    assert ran.success
    assert ran.metadata["raw/salesforce_contact"]["dagster/row_count"] == 1
    assert ran.metadata["raw/salesforce_contact"]["salesforce_api_calls"] >= 1
    assert ran.metadata["changesets/contact"]["to_salesforce_create"] == 1
    assert ran.metadata["changesets/contact"]["to_customerp_create"] == 1
    assert ran.metadata["writeback/salesforce_contact"]["created"] == 1
    assert ran.metadata["writeback/customerp_contact"]["created"] == 1
    assert len(twins.live("contact", SALESFORCE)) == len(twins.live("contact", CUSTOMERP)) == 2


def test_values_stay_out_of_the_event_database(runs, twins):
    """Record, property and rule are named, of values only their length, and of reasons no quoted part."""
    record = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com", job_title="Clerk")
    runs("sync_contact")
    there = twins.other("contact", CUSTOMERP, record)
    twins.edit("contact", SALESFORCE, there, job_title="Head", department="Sales")
    twins.edit("contact", CUSTOMERP, record, job_title="Chief Officer")
    found = runs("sync_contact", dry_run=True).metadata["changesets/contact"]

    assert f"| Customerp | update | `{record}` | `department` | — | (5 characters) | pending |" in found["changes"]
    assert "| `job_title` | (4 characters) | (13 characters) | Customerp | latest wins |" in found["conflicts"]
    assert "Chief" not in str(found)


def test_changes_and_conflicts_can_be_read(runs, twins):
    """When asked to, the preview names record, property, old and new; a conflict shows both values and the winner."""
    twins.options = replace(twins.options, show_values=True)
    record = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com", job_title="Clerk")
    runs("sync_contact")
    there = twins.other("contact", CUSTOMERP, record)
    twins.edit("contact", SALESFORCE, there, job_title="Head", department="Sales")
    twins.edit("contact", CUSTOMERP, record, job_title="<b>Chief|Officer</b>")
    found = runs("sync_contact", dry_run=True).metadata["changesets/contact"]

    assert f"| Customerp | update | `{record}` | `department` | — | `Sales` | pending |" in found["changes"]
    assert f"| Salesforce | update | `{there}` | `job_title` | `Head` | `<b>Chief\\|Officer</b>` |" in found["changes"]
    assert "| `Head` | `<b>Chief\\|Officer</b>` | Customerp | latest wins |" in found["conflicts"]
    assert found["new_conflicts"] == 1


def test_second_run_writes_nothing(runs, twins):
    """What the first run wrote comes back as an echo, not as a change; the history names the run that met each."""
    people(twins, 3)
    first = runs("sync_all")
    written = twins.writes
    again = runs("sync_all")

    assert again.success
    assert twins.db.rows("SELECT DISTINCT run FROM store.history") == [(first.id,)]
    assert twins.writes == written
    assert len(again.metadata) == 51


def test_dry_run_plans_and_writes_nothing(runs, twins):
    """The changesets are there to read; the write-backs are skipped, not materialized."""
    people(twins, 2)
    ran = runs("sync_contact", dry_run=True)

    assert ran.success
    assert ran.metadata["changesets/contact"]["to_salesforce_create"] == 2
    assert ran.written == set()
    assert twins.writes == 0


def test_full_run_reads_everything_again(runs, twins):
    """The launchpad's `full` reaches the fetches."""
    people(twins, 2)
    runs("sync_contact")

    assert runs("sync_contact").metadata["raw/customerp_contact"]["read_everything"] is False
    full = runs("sync_contact", full=True).metadata["raw/customerp_contact"]
    assert (full["read_everything"], full["read"], full["changed"]) == (True, 2, 0)


def test_guard_stops_the_pair_until_its_plan_is_accepted(runs, twins):
    """The check names the numbers and a hash; nothing is written; the hash lets exactly this plan pass."""
    records = people(twins, MANY)
    runs("sync_contact")
    written = twins.writes
    for record in records:
        twins.edit("contact", CUSTOMERP, record, job_title="Clerk")
    stopped = runs("sync_contact")
    check = stopped.checks["changesets/contact", "guard"]

    assert not stopped.success
    assert not check.passed
    assert f"{MANY} records would be changed" in check.description
    assert stopped.written == set()
    assert twins.writes == written
    accepted = runs("sync_contact", accept=check.metadata["accept"].value)
    assert accepted.success
    assert accepted.metadata["writeback/salesforce_contact"]["updated"] == MANY


def test_other_limits_hold_for_one_run(runs, twins):
    """A pair's guard may be widened or narrowed in the launchpad; the next run has the declared one again."""
    records = people(twins, MANY)
    runs("sync_contact")
    for record in records:
        twins.edit("contact", CUSTOMERP, record, job_title="Clerk")
    wide = runs("sync_contact", limits={"contact": {"floor": MANY}})
    for record in records:
        twins.edit("contact", CUSTOMERP, record, job_title="Head")
    narrow = runs("sync_contact", limits={"contact": {"floor": MANY - 1}})

    assert wide.success
    assert wide.metadata["writeback/salesforce_contact"]["updated"] == MANY
    assert not narrow.checks["changesets/contact", "guard"].passed
    assert not runs("sync_contact").checks["changesets/contact", "guard"].passed


def test_limit_that_is_none_is_refused_by_name(runs, capfd):
    """Nothing is read; the message lists what there is."""
    ran = runs("sync_contact", limits={"contact": {"speed": 1.0}})

    assert not ran.success
    assert ran.metadata == {}
    assert "contact: speed cannot be set" in capfd.readouterr().err


def test_document_is_activated_after_its_lines(runs, twins):
    """One run creates the order as a draft, gives it its lines, then the status that locks them."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.add(
        "order",
        CUSTOMERP,
        contact=person,
        order_date="2026-03-01",
        status="confirmed",
        lines=[{"product": lamp, "quantity": "2", "unit_price": "19.90"}],
    )
    ran = runs("sync_all")

    assert ran.success
    assert ran.metadata["writeback/salesforce_order"]["created"] == 1
    assert ran.metadata["writeback/salesforce_order"]["order_line_created"] == 1
    assert twins.only("order", SALESFORCE)["status"] == "Activated"


def test_any_subset_is_safe(runs, twins):
    """Assets run alone, in any order, continue from what the store knows; the end is the same."""
    people(twins, 2)
    for name in ["writeback/salesforce_contact", "changesets/contact", "links/contact", "mapped/customerp_contact"]:
        assert runs("sync_contact", selection=[name]).success
    assert twins.writes == 0
    runs("sync_contact", selection=["raw/customerp_contact"])
    runs("sync_contact", selection=["mapped/customerp_contact"])
    assert runs("sync_contact", selection=["writeback/salesforce_contact"]).success

    assert len(twins.live("contact", SALESFORCE)) == 2
    written = twins.writes
    assert runs("sync_contact").success
    assert twins.writes == written


def test_quarantined_record_warns_and_the_rest_goes_on(runs, twins):
    """The contract check names the property, the value and what to do; it does not stop the run."""
    people(twins, 1)
    twins.add("contact", CUSTOMERP, last_name="Long", first_name="W" * 60, email="long@example.com")
    ran = runs("sync_contact")
    check = ran.checks["mapped/customerp_contact", "contract"]

    assert ran.success
    assert not check.passed
    assert check.severity.value == "WARN"
    assert "`first_name`" in check.metadata["entries"].value
    assert "Shorten it in givenName in Customerp" in check.metadata["entries"].value
    assert len(twins.live("contact", SALESFORCE)) == 1


def test_ambiguous_records_are_listed(runs, twins):
    """Two contacts of one e-mail address are in review, and the link check still holds."""
    twins.add("contact", CUSTOMERP, last_name="Berg", email="same@example.com")
    twins.add("contact", CUSTOMERP, last_name="Berg", email="same@example.com")
    twins.add("contact", SALESFORCE, last_name="Berg", email="same@example.com")
    ran = runs("sync_contact")

    assert ran.metadata["links/contact"]["review"] == 3
    assert "same@example.com" not in ran.metadata["links/contact"]["in_review"]
    assert ran.checks["links/contact", "one_to_one"].passed


def test_record_linked_twice_stops_the_write_back(runs, twins):
    """A damaged store never writes to the wrong record."""
    record = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@example.com")
    runs("sync_contact")
    twins.db.execute("INSERT INTO links.contact SELECT * REPLACE ('003x' AS salesforce_id) FROM links.contact")
    twins.edit("contact", CUSTOMERP, record, job_title="Clerk")
    written = twins.writes
    ran = runs("sync_contact")

    assert not ran.checks["links/contact", "one_to_one"].passed
    assert ran.written == set()
    assert twins.writes == written


def test_write_without_an_answer_is_read_again_whatever_runs_next(runs, twins):
    """A write-back alone decides from what the end holds now, not from rows older than our own write."""
    people(twins, 1)

    def dies(system, kind, moment):
        if (system, kind, moment) == (SALESFORCE, "write", "after"):
            raise SystemExit

    twins.ends[SALESFORCE].step = dies
    broken = runs("sync_contact")
    twins.ends[SALESFORCE].step = None
    alone = runs("sync_contact", selection=["writeback/salesforce_contact"])

    assert not broken.success
    assert alone.success
    assert len(twins.live("contact", SALESFORCE)) == 1
    assert runs("sync_contact").metadata["writeback/salesforce_contact"]["writes"] == 0
