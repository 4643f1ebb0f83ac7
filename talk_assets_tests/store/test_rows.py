"""Rows by their key: whoever asks is told what the table holds, however often it was asked or written before."""

import polars as pl
import pytest

from talk_assets.store import recent
from talk_assets.store.database import Database
from talk_assets.store.rows import by_key, replace, whole

TABLE = 'links."thing"'


def rows(*told):
    return pl.DataFrame(told, schema={"id": pl.String(), "end": pl.String(), "value": pl.Int64()}, orient="row")


@pytest.fixture
def db():
    with Database(None) as opened:
        opened.define(f'CREATE TABLE {TABLE} (id VARCHAR, "end" VARCHAR, value BIGINT)')
        opened.insert(TABLE, rows(("a", "one", 1), ("a", "two", 2), ("b", "one", 3)))
        yield opened


def held(db, *ids):
    """What is told of *ids*, which must be what the table holds."""
    told = by_key(db, TABLE, "id", ids).sort("id", "end")
    there = db.frame("SELECT * FROM links.thing WHERE list_contains(?::VARCHAR[], id) ORDER BY ALL", [list(ids)])
    assert told.equals(there)
    every = whole(db, TABLE)
    assert every.sort(every.columns).equals(db.frame("SELECT * FROM links.thing ORDER BY ALL"))
    assert db.is_empty(TABLE) == every.is_empty()
    return told["value"].to_list()


def test_what_was_asked_is_not_asked_again(db):
    """Only rows that were not asked for yet are looked for; that there is none of a key is remembered too."""
    db.execute("CALL enable_logging('QueryLog')")
    asked = []
    for ids in (["a", "none"], ["none", "a"], ["a"], ["a", "b"], ["b"]):
        by_key(db, TABLE, "id", ids)
        asked += db.rows("SELECT count(*) FROM duckdb_logs WHERE message LIKE 'SELECT * FROM links%'")

    assert [count for (count,) in asked] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda db: db.execute("DELETE FROM links.thing WHERE id = 'a'"),
        lambda db: db.execute("UPDATE links.thing SET value = 9"),
        lambda db: db.insert(TABLE, rows(("a", "three", 5), ("c", "one", 6))),
        lambda db: db.run("INSERT INTO links.thing SELECT id, 'four', 8 FROM more", more=rows(("b", "one", 3))),
        lambda db: replace(db, TABLE, rows(("a", "two", 4), ("b", "one", 5)), keys=["id", "end"]),
        lambda db: replace(db, TABLE, rows(*((f"n{i}", "one", i) for i in range(99))), keys=["id", "end"]),
        lambda db: replace(db, TABLE, rows(("a", "only", 4), ("c", "one", 5)), keys=["id"]),
        lambda db: replace(db, TABLE, rows(("a", "two", 4)).select("id", "end"), keys=["id", "end"]),
        lambda db: db.define(f"ALTER TABLE {TABLE} ADD COLUMN more VARCHAR"),
    ],
    ids=["delete", "update", "insert", "insert of its own", "two keys", "many", "one key", "columns left out", "alter"],
)
def test_whatever_changes_a_table_is_told(db, change):
    """However rows are written, the next who asks is told what is there now."""
    held(db, "a", "b", "c", "n7")
    change(db)
    held(db, "a", "b", "c", "n7")
    held(db, "a")
    replace(db, TABLE, rows(("c", "one", 11)), keys=["id"])

    assert held(db, "c") == [11]


def test_what_was_taken_back_is_not_told(db):
    """After a rollback the rows are those of before."""

    def fail():
        with db.transaction():
            replace(db, TABLE, rows(("a", "one", 5)), keys=["id", "end"])
            assert held(db, "a") == [5, 2]
            raise ZeroDivisionError

    held(db, "a")
    with pytest.raises(ZeroDivisionError):
        fail()

    assert held(db, "a") == [1, 2]


def test_many_rows_are_not_kept_in_memory(db, monkeypatch):
    """A first load asks for more than is worth remembering."""
    monkeypatch.setattr(recent, "MOST", 2)
    held(db, "a", "b")
    assert db.recent.of(TABLE) is None
    held(db, "a")
    held(db, "b")

    assert db.recent.of(TABLE).ids == {"b"}


def test_a_small_table_is_asked_for_once_until_it_is_written(db):
    """All rows are told without a question, and a table of many rows is never taken out as a whole."""
    db.execute("CALL enable_logging('QueryLog')")
    for _ in range(3):
        whole(db, TABLE)
    asked = db.count("SELECT count(*) FROM duckdb_logs WHERE message LIKE 'SELECT * FROM links%'")
    db.insert(TABLE, rows(*((f"n{i}", "one", i) for i in range(recent.MOST))))

    assert asked == 1
    assert whole(db, TABLE) is None
