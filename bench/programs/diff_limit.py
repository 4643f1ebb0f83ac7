"""The least that comparing all linked contacts takes: DuckDB's own comparison of two tables, column by column."""

import time

import duckdb

from bench.case import Context, tell
from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.store.sql import quoted
from talk_assets.store.tables import links_table, mapped_table

context = Context.of_environment()
pair = PAIRS["contact"]
columns = [quoted(p.name) for p in pair.properties if not p.derived and p.reference is None]
here, there = (mapped_table(pair, system) for system in System)
differs = " OR ".join(f"s.{column} IS DISTINCT FROM c.{column}" for column in columns)
started = time.process_time()
with duckdb.connect(str(context.folder / "ours" / "store.duckdb"), read_only=True) as db:
    found = db.execute(
        f"""SELECT count(*), count(*) FILTER ({differs}) FROM {links_table(pair)} l
            JOIN {here} s ON s._id = l.salesforce_id JOIN {there} c ON c._id = l.customerp_id"""
    ).fetchall()
tell(work_cpu=time.process_time() - started, compared=found[0][0])
