"""Our writing of contacts to a Customerp that takes no batches, each answer judged."""

from concurrent.futures import ThreadPoolExecutor

from bench.case import Context, tell
from bench.programs.opened import opened
from bench.programs.writes import writes
from talk_assets.model.changes import Outcome
from talk_assets.model.system import System

context = Context.of_environment()
applied = 0
with opened(context) as session, ThreadPoolExecutor(session.options.concurrent_writes) as pool:
    port = session.ends[System.CUSTOMERP]
    entity = session.entity(session.pairs["contact"], System.CUSTOMERP)
    before = port.calls.total
    batches = port.batches(entity, list(writes(context, System.CUSTOMERP)))
    for told in pool.map(lambda batch: port.write(entity, batch), batches):
        applied += sum(receipt.outcome is Outcome.APPLIED for receipt in told.receipts)
    calls = port.calls.total - before
tell(applied=applied, calls_a_record=calls / context.size)
assert applied == context.size, applied  # noqa: S101 - a figure of other work would mislead
