"""A whole first cycle of ours over contacts: read, translated, matched or created at the other end, and linked."""

from bench.case import Context, tell
from bench.programs.opened import opened
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System

context = Context.of_environment()
with opened(context) as session:
    tally = run_cycle(session, pairs=["contact"]).tallies["contact"]
created = sum(tally.created[system] for system in System)
tell(linked=tally.linked, created=created)
assert tally.linked + created == context.size, (tally.linked, created)  # noqa: S101 - it must have done the work
