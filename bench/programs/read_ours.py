"""Our reading of contacts at both ends: fetched, stored, translated into one shape and checked against contracts."""

from bench.case import Context, tell
from bench.programs.opened import opened
from talk_assets.entities import LOOKUPS
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.system import System
from talk_assets.raw.fetch import fetch

context = Context.of_environment()
with opened(context) as session:
    pair = session.pairs["contact"]
    read = sum(fetch(session, session.entity(pair, system)).changed for system in System)
    fetch(session, LOOKUPS["account"])
    mapped = sum(translate_pair(session, pair, system).moved for system in System)
    session.db.checkpoint()
tell(records=mapped)
assert read == mapped == 2 * context.size, (read, mapped)  # noqa: S101 - a figure of other work would mislead
