"""What an end leaves out of its answers is not empty there: nothing is taken from it, nothing is written to it."""

import pytest

from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
KNOWN = {
    "last_name": "Berg",
    "email": "berg@x.no",
    "job_title": "Buyer",
    "email_opt_out": "true",
    "country": {SALESFORCE: "Norway", CUSTOMERP: "NO"},
    "phone": {SALESFORCE: "22 85 50 50", CUSTOMERP: "+4722855050"},
}


def told(system, **more):
    return {n: v if isinstance(v, str) else v[system] for n, v in (KNOWN | more).items()}


@pytest.fixture
def person(twins):
    """A contact in step on both ends: (Salesforce id, Customerp id)."""
    here = twins.add("contact", SALESFORCE, **told(SALESFORCE))
    twins.settle()
    return here, twins.other("contact", SALESFORCE, here)


def hide(twins, system, *names, hidden=True):
    for name in names:
        twins.ends[system].hide("contact", twins.pairs["contact"].by_name[name].side(system).path, hidden=hidden)


@pytest.mark.parametrize("hides", System)
@pytest.mark.parametrize("name", ["job_title", "email_opt_out", "email", "country"])
def test_what_is_not_shown_any_more_is_not_cleared_on_the_other_end(twins, person, hides, name):
    """Taking a permission away looks like nobody's edit, whatever kind of value it is."""
    ids = dict(zip(System, person, strict=True))
    before = twins.get("contact", hides.other, ids[hides.other])
    hide(twins, hides, name)
    twins.edit("contact", hides, ids[hides], department="South")
    twins.settle()

    assert twins.get("contact", hides.other, ids[hides.other]) == before | {"department": "South"}
    (row,) = twins.cycle(**ONLY).waiting.filter(state="unshown", property=name).iter_rows(named=True)
    assert (row["system"], row["id"]) == (hides.value, None)
    assert twins.pairs["contact"].by_name[name].side(hides).path in row["reason"]


@pytest.mark.parametrize("hides", System)
def test_an_edit_of_what_the_other_end_does_not_show_is_held_until_it_does(twins, person, hides):
    """The rest of the record goes on; the edit arrives when the property can be read again."""
    ids = dict(zip(System, person, strict=True))
    hide(twins, hides, "job_title")
    twins.edit("contact", hides, ids[hides], department="South")
    twins.edit("contact", hides.other, ids[hides.other], job_title="Boss", email="new@x.no")
    during = twins.settle()
    (held,) = during.plan.filter(state="held").iter_rows(named=True)

    assert (held["property"], held["system"]) == ("job_title", hides.value)
    assert f"{hides.title} does not show job_title" in held["reason"]
    assert twins.get("contact", hides, ids[hides])["job_title"] == "Buyer"
    assert twins.get("contact", hides, ids[hides])["email"] == "new@x.no"

    hide(twins, hides, "job_title", hidden=False)
    twins.cycle(full=True, **ONLY)
    assert [twins.get("contact", s, ids[s])["job_title"] for s in System] == ["Boss", "Boss"]


def test_a_permission_taken_away_before_the_write_is_noticed_before_it(twins, person):
    """Salesforce would ignore what it may not be told; the edit is kept and not taken as written."""
    here, there = person
    twins.edit("contact", CUSTOMERP, there, job_title="Boss")
    hide(twins, SALESFORCE, "job_title")
    report = twins.cycle(**ONLY)

    assert report.plan["state"].to_list() == ["held"]
    hide(twins, SALESFORCE, "job_title", hidden=False)
    twins.cycle(full=True, **ONLY)
    assert twins.get("contact", SALESFORCE, here)["job_title"] == "Boss"


@pytest.mark.parametrize("hides", System)
def test_nothing_is_created_while_what_records_are_matched_by_is_not_shown(twins, hides):
    """Someone without a visible address may be there already: no second one is made."""
    hide(twins, hides, "email")
    for system in System:
        twins.add("contact", system, **told(system))
    report = twins.cycle(**ONLY)
    assert [len(twins.live("contact", system)) for system in System] == [1, 1]
    assert set(report.plan["state"]) == {"held"}

    hide(twins, hides, "email", hidden=False)
    twins.cycle(full=True, **ONLY)
    assert report.tallies["contact"].linked == 0
    assert [len(twins.live("contact", system)) for system in System] == [1, 1]
    assert twins.db.count('SELECT count(*) FROM links."contact"') == 1


@pytest.mark.parametrize("hides", System)
def test_what_could_not_be_created_with_its_record_follows_when_it_can(twins, hides):
    """A flag the other end does not have yet is not read back from there as false."""
    hide(twins, hides, "email_opt_out")
    record = twins.add("contact", hides.other, **told(hides.other))
    twins.settle()
    made = twins.other("contact", hides.other, record)
    hide(twins, hides, "email_opt_out", hidden=False)
    twins.cycle(full=True)
    twins.settle()

    assert twins.get("contact", hides.other, record)["email_opt_out"] == "true"
    assert twins.get("contact", hides, made)["email_opt_out"] == "true"


@pytest.mark.parametrize("hides", System)
def test_what_is_shown_again_is_read_again_by_itself(twins, hides):
    """Of records nobody touched, too: Salesforce describes it; of Customerp's, one that shows it again tells."""
    people = [twins.add("contact", CUSTOMERP, last_name=f"N{n}", job_title="Buyer") for n in range(3)]
    twins.cycle(**ONLY)
    ids = {CUSTOMERP: people, SALESFORCE: [twins.other("contact", CUSTOMERP, record) for record in people]}
    hide(twins, hides, "job_title")
    for record in ids[hides]:
        twins.edit("contact", hides, record, department="South")
    twins.cycle(**ONLY)
    for record in ids[hides.other]:
        twins.edit("contact", hides.other, record, job_title="Boss")
    assert set(twins.cycle(**ONLY).plan["state"]) == {"held"}
    hide(twins, hides, "job_title", hidden=False)
    if hides is CUSTOMERP:
        twins.edit("contact", hides, ids[hides][0], department="West")
    for _ in range(2):
        twins.clock.tick(900)
        report = twins.cycle(**ONLY)
    whole = twins.db.rows("SELECT entity, swept_at FROM store.cursor ORDER BY ALL")
    twins.cycle(**ONLY)

    assert {row["job_title"] for row in twins.live("contact", hides).values()} == {"Boss"}
    assert report.plan.is_empty()
    assert twins.db.rows("SELECT entity, swept_at FROM store.cursor ORDER BY ALL") == whole


def test_an_end_that_shows_a_property_of_some_records_only_is_not_read_whole_for_ever(twins, monkeypatch):
    """It leaves out what is empty: one whole read finds that out."""
    rows = twins.ends[CUSTOMERP]._rows
    path = twins.pairs["contact"].by_name["job_title"].customerp.path
    honest = rows.frames

    def left_out(entity, found):
        frames = honest(entity, found)
        frame = frames[entity.name]
        if path in frame.columns:
            frames[entity.name] = frame.with_columns(frame[path].fill_null(NOT_SHOWN))
        return frames

    monkeypatch.setattr(rows, "frames", left_out)
    people = [twins.add("contact", CUSTOMERP, last_name=f"N{n}", job_title=["Buyer", None][n % 2]) for n in range(4)]
    swept = []
    for number in range(4):
        twins.edit("contact", CUSTOMERP, people[0], job_title=f"Boss {number}")
        twins.clock.tick(900)
        twins.cycle(**ONLY)
        swept.append(
            twins.db.value("SELECT swept_at FROM store.cursor WHERE system = 'customerp' AND entity = 'contact'")
        )

    assert swept[1] == swept[2] == swept[3]
