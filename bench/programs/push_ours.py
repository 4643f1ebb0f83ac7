"""Our writing of changed contacts to both ends, each record's outcome judged and what is stored read back."""

from concurrent.futures import ThreadPoolExecutor

from bench.case import Context, tell
from bench.programs.opened import opened
from bench.programs.writes import writes
from talk_assets.model.changes import Outcome
from talk_assets.model.system import System

context = Context.of_environment()
applied = 0
with opened(context) as session, ThreadPoolExecutor(session.options.concurrent_writes) as pool:
    for system in System:
        port, entity = session.ends[system], session.entity(session.pairs["contact"], system)
        batches = port.batches(entity, list(writes(context, system)))
        for told in pool.map(lambda batch, port=port, entity=entity: port.write(entity, batch), batches):
            applied += sum(receipt.outcome is Outcome.APPLIED for receipt in told.receipts)
tell(applied=applied)
assert applied == 2 * context.size, applied  # noqa: S101 - a figure of other work would mislead
