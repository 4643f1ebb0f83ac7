"""Our commit of what both ends agreed on, with the store opened and closed as a run does it."""

import time
from pathlib import Path

from bench.case import Context, tell
from bench.programs.committed import MOST, PAIR, store_of
from talk_assets.store import links
from talk_assets.store.database import Database
from talk_assets.store.tables import baseline_table

context = Context.of_environment()
with Database(Path(store_of(context))) as db:
    ids = db.frame(f"SELECT DISTINCT link_id FROM {baseline_table(PAIR)} LIMIT {MOST}")["link_id"].to_list()
    frame = links.baselines(db, PAIR, ids)
started, cpu = time.perf_counter(), time.process_time()
with Database(Path(store_of(context))) as db:
    with db.transaction():
        links.set_baselines(db, PAIR, frame)
    db.checkpoint()
tell(work_cpu=time.process_time() - cpu, work_wall=time.perf_counter() - started, rows=frame.height)
