"""What a store says of itself: its facts and the marks of its stages, in memory beside their tables.

Nobody else writes while a store is open, so what was read once holds. What is set reaches the tables when the
transaction under way commits, all at once; after a rollback everything is read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

Mark = tuple[str, str]
"""Stage and name."""


@dataclass(kw_only=True)
class Ledger:
    """Facts by key, marks by stage and name; *empty* names tables known to be. Call `write` in a transaction."""

    connection: duckdb.DuckDBPyConnection
    empty: set[str] = field(default_factory=set)
    _facts: dict[str, str] | None = None
    _marks: dict[Mark, int] | None = None
    _new_facts: dict[str, str | None] = field(default_factory=dict)
    _new_marks: dict[Mark, int | None] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, str]:
        """All facts; `set_fact` sets them."""
        if self._facts is None:
            found = self.connection.execute("SELECT key, value FROM store.meta").fetchall()
            self._facts = {str(key): str(value) for key, value in found}
        return self._facts

    @property
    def marks(self) -> dict[Mark, int]:
        """All marks; `set_mark` sets them."""
        if self._marks is None:
            found = self.connection.execute("SELECT stage, name, seq FROM store.mark").fetchall()
            self._marks = {(str(stage), str(name)): int(seq) for stage, name, seq in found}
        return self._marks

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return bool(self._new_facts or self._new_marks)

    def set_fact(self, key: str, value: str) -> None:
        """Set one fact."""
        was = self.facts.get(key)
        if was != value:
            self._new_facts.setdefault(key, was)
            self.facts[key] = value

    def drop_fact(self, key: str) -> None:
        """Forget one fact, in the table as well."""
        self.facts.pop(key, None)
        self._new_facts.pop(key, None)
        self.connection.execute("DELETE FROM store.meta WHERE key = ?", [key])

    def set_mark(self, mark: Mark, seq: int) -> None:
        """Set one mark."""
        was = self.marks.get(mark)
        if was != seq:
            self._new_marks.setdefault(mark, was)
            self.marks[mark] = seq

    def write(self) -> None:
        """Write what was set since the last time."""
        facts = [(key, self.facts[key], was) for key, was in self._new_facts.items()]
        self._write("store.meta", "value", "key", facts)
        marks = [("/".join(mark), self.marks[mark], was) for mark, was in self._new_marks.items()]
        self._write("store.mark", "seq", "stage || '/' || name", marks)
        self._new_facts.clear()
        self._new_marks.clear()

    def _write(self, table: str, column: str, key: str, rows: Sequence[tuple[str, object, object]]) -> None:
        known = [(name, value) for name, value, was in rows if was is not None]
        if known:
            cases = " WHEN ? THEN ?" * len(known)
            self.connection.execute(
                f"UPDATE {table} SET {column} = CASE {key}{cases} END WHERE {key} IN ({', '.join('?' * len(known))})",
                [*(part for row in known for part in row), *(name for name, _ in known)],
            )
        for name, value, was in rows:
            if was is None:
                # The first part of a mark's name is its stage.
                parts = [name] if table == "store.meta" else name.split("/", 1)
                places = ", ".join("?" * (len(parts) + 1))
                self.connection.execute(f"INSERT INTO {table} VALUES ({places})", [*parts, value])

    def forget(self) -> None:
        """Read everything again: what was set is not so."""
        self._facts = self._marks = None
        self.empty.clear()
        self._new_facts.clear()
        self._new_marks.clear()
