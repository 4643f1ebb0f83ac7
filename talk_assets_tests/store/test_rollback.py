"""A store that goes back in time: extra reads and extra logged conflicts, but nothing doubled and no edit lost."""

import shutil

import pytest

from talk_assets.model.system import System
from talk_assets.store import conflict_log
from talk_assets.store.database import Database
from talk_assets_tests.store.shifted import Shifted
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System


@pytest.fixture
def kept(tmp_path):
    """Both ends and a store in a file."""
    twins = Twins(store=tmp_path / "talk.duckdb")
    yield twins
    twins.db.close()


def swap(twins, act):
    """Do something to the store's file between two runs."""
    path = twins.db.path
    twins.db.checkpoint()
    twins.db.close()
    act(path)
    twins.db = Database(path)


def copy(path):
    shutil.copy(path, path.with_name("old"))


def put_back(path):
    shutil.copy(path.with_name("old"), path)


def lose(path):
    path.unlink()


def logged(twins):
    found = conflict_log.entries(twins.db, "contact")
    return set(found.select("salesforce_value", "customerp_value").iter_rows())


def titles(twins):
    return [twins.only("contact", system)["job_title"] for system in System]


@pytest.mark.parametrize("way", [Shifted.put_back, Shifted.lose], ids=["an old store", "no store"])
def test_work_goes_on_from_an_old_store(tmp_path, way):
    """Put back from a copy or lost whole: ends come to agree, each record once, each value kept or logged."""
    world = Shifted(tmp_path, seed=7)
    world.busy(cycles=1, deeds=40)
    world.keep_copy()
    world.busy(cycles=2, deeds=30)
    for _ in range(30):
        world.act()
    way(world)
    world.rest()

    assert world.complaints() == []
    world.twins.db.close()


def test_what_both_ends_agreed_on_meanwhile_is_no_conflict(kept):
    """Both ends hold one value that the old baseline does not know: it becomes the baseline."""
    here = kept.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")
    kept.cycle(pairs=["contact"])
    swap(kept, copy)
    kept.edit("contact", SALESFORCE, here, job_title="Boss")
    kept.cycle(pairs=["contact"])
    swap(kept, put_back)
    written = kept.writes
    kept.cycle(pairs=["contact"])

    assert kept.writes == written
    assert logged(kept) == set()
    kept.edit("contact", CUSTOMERP, kept.other("contact", SALESFORCE, here), job_title="Owner")
    kept.cycle(pairs=["contact"])
    assert titles(kept) == ["Owner", "Owner"]
    assert logged(kept) == set()


def test_an_edit_taken_back_is_not_lost_unlogged(kept):
    """A value that returned to what the old baseline holds looks unmoved; what replaces it is logged with it."""
    here = kept.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")
    kept.cycle(pairs=["contact"])
    there = kept.other("contact", SALESFORCE, here)
    swap(kept, copy)
    kept.edit("contact", SALESFORCE, here, job_title="Boss")
    kept.cycle(pairs=["contact"])
    kept.edit("contact", CUSTOMERP, there, job_title="Buyer")
    swap(kept, put_back)
    kept.settle()

    assert titles(kept)[0] == titles(kept)[1]
    assert logged(kept) == {("Boss", "Buyer")}


def test_a_value_cleared_while_the_store_was_lost_is_logged(kept):
    """Without any baseline a value beats an empty one, and the log tells that one was emptied."""
    here = kept.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")
    kept.cycle(pairs=["contact"])
    kept.edit("contact", SALESFORCE, here, job_title=None)
    swap(kept, lose)
    kept.settle()

    assert titles(kept) == ["Buyer", "Buyer"]
    assert logged(kept) == {(None, "Buyer")}


@pytest.mark.parametrize("origin", System)
def test_a_record_deleted_meanwhile_does_not_come_back(kept, origin):
    """Its counterpart is not linked in the old store, but its key tells whose it is, deleted or not."""
    kept.cycle(pairs=["contact"])
    swap(kept, copy)
    record = kept.add("contact", origin, last_name="Berg")
    kept.cycle(pairs=["contact"])
    kept.remove("contact", origin, record)
    swap(kept, put_back)
    written = kept.writes
    for _ in range(2):
        kept.cycle(pairs=["contact"])

    assert kept.writes == written
    assert [len(kept.live("contact", system)) for system in (origin, origin.other)] == [0, 1]
    assert kept.db.rows("SELECT state FROM links.contact") == [(f"{origin}_deleted",)]
    kept.edit("contact", origin.other, next(iter(kept.live("contact", origin.other))), job_title="Boss")
    kept.cycle(pairs=["contact"])
    assert kept.writes == written


def test_doubt_ends_with_the_first_whole_comparison(kept):
    """After it, an edit on one end is an edit again and no conflict."""
    here = kept.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")
    kept.cycle(pairs=["contact"])
    swap(kept, copy)
    kept.edit("contact", SALESFORCE, here, job_title="Boss")
    kept.cycle(pairs=["contact"])
    swap(kept, put_back)
    kept.cycle(pairs=["contact"])
    kept.edit("contact", SALESFORCE, here, job_title="Owner")
    kept.cycle(pairs=["contact"])

    assert titles(kept) == ["Owner", "Owner"]
    assert logged(kept) == set()
    assert kept.db.count("SELECT count(*) FROM links.contact WHERE doubtful") == 0


def test_a_way_back_is_told(kept, caplog):
    """The run that finds it says so, once; the epoch tells it for good."""
    kept.cycle(pairs=["contact"])
    swap(kept, copy)
    kept.cycle(pairs=["contact"])
    epoch = kept.db.standing.epoch
    assert caplog.text == ""
    swap(kept, put_back)
    kept.cycle(pairs=["contact"])
    kept.cycle(pairs=["contact"])

    assert caplog.text.count("went back in time") == 1
    assert kept.db.standing.epoch == epoch + 1
    swap(kept, lambda _: None)
    assert kept.db.standing.epoch == epoch + 1
