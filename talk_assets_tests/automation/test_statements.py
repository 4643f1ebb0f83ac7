"""What a cycle asks the store: counted by DuckDB itself, so that no statement creeps in unseen."""

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE, Twins

CONTACTS = 50


class Counted(Twins):
    """Twins with contacts in step on both ends, whose statements on the store are counted."""

    def __init__(self, pairs):
        super().__init__(pairs={name: PAIRS[name] for name in pairs})
        self.people = [self.add("contact", SALESFORCE, last_name=f"n{i}", email=f"n{i}@x.org") for i in range(CONTACTS)]
        self.cycle()
        self.cycle()
        self.db.execute("CALL enable_logging('QueryLog')")

    def statements(self):
        """Run one cycle; the statements it made, `BEGIN` and `COMMIT` among them."""
        self.db.execute("CALL truncate_duckdb_logs()")
        self.cycle()
        found = self.db.rows("SELECT message FROM duckdb_logs WHERE type = 'QueryLog' AND message NOT LIKE 'CALL %'")
        return [str(message) for (message,) in found]

    def edited(self, count, *, round_):
        for person in self.people[:count]:
            self.edit("contact", SALESFORCE, person, first_name=f"again {round_}")
        return self.statements()


@pytest.fixture(scope="module")
def contacts():
    """One pair."""
    return Counted(["contact"])


@pytest.mark.parametrize(("pairs", "most"), [(("contact",), 19), (tuple(PAIRS), 62)], ids=["one pair", "all pairs"])
def test_a_quiet_cycle_asks_little(pairs, most):
    """It reads and moves each cursor; beside that it asks a handful of questions, however many stages there are."""
    quiet = Counted(pairs).statements()

    cursors = [one for one in quiet if "store.cursor" in one or one in {"BEGIN", "COMMIT"}]
    assert 0 < len(quiet) - len(cursors) <= 8 + len(pairs)
    assert len(quiet) <= most


def test_a_quiet_cycle_asks_nothing_of_links_changes_and_quarantine(contacts):
    """Stages whose input did not move return before they ask the store anything."""
    contacts.statements()

    assert not [one for one in contacts.statements() if "links." in one or "changesets." in one or "quarantine" in one]


def test_an_edit_cycle_asks_as_much_for_few_records_as_for_many(contacts):
    """The number of statements does not follow the number of records."""
    one, many = contacts.edited(1, round_="a"), contacts.edited(20, round_="b")

    assert contacts.live("contact", CUSTOMERP)
    assert abs(len(many) - len(one)) <= 2
    assert len(many) <= 107


def test_an_edit_cycle_asks_once_which_records_moved(contacts):
    """Matching and comparing share the answer: once for what was read, once for what was written."""
    asked = contacts.edited(20, round_="moved")

    assert len([one for one in asked if "SELECT '" in one and "_seq >" in one]) == len(list(System))
    assert not [one for one in asked if "UNION SELECT m._id" in one or "_derived IN" in one]


def test_cycles_do_not_ask_more_as_they_add_up(contacts):
    """Nothing the store keeps of past cycles is read one statement a piece."""
    counts = {len(contacts.edited(5, round_=i)) for i in range(4)}

    assert len(counts) == 1
