"""The least that committing rows into a table of all contacts takes: one DELETE and one INSERT in a transaction."""

import time

import duckdb

from bench.case import Context, tell
from bench.programs.committed import MOST, PAIR, store_of
from talk_assets.store.tables import baseline_table

context = Context.of_environment()
path = context.folder / "commit.duckdb"
path.unlink(missing_ok=True)
with duckdb.connect(str(path)) as db:
    db.execute(f"ATTACH '{store_of(context)}' AS store_ (READ_ONLY)")
    db.execute(f"CREATE TABLE baseline AS SELECT * FROM store_.{baseline_table(PAIR)}")
with duckdb.connect(str(path)) as db:
    rows = db.sql(
        f"SELECT * FROM baseline SEMI JOIN (SELECT DISTINCT link_id FROM baseline LIMIT {MOST}) USING (link_id)"
    )
    frame = rows.pl()
started, cpu = time.perf_counter(), time.process_time()
with duckdb.connect(str(path)) as db:
    db.execute("BEGIN")
    db.execute("DELETE FROM baseline USING frame WHERE baseline.link_id = frame.link_id")
    db.execute("INSERT INTO baseline SELECT * FROM frame")
    db.execute("COMMIT")
tell(work_cpu=time.process_time() - cpu, work_wall=time.perf_counter() - started, rows=frame.height)
