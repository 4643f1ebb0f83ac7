"""Our comparison of linked contacts, three ways: what each end has, beside what both last agreed on.

Before it, one contact in a hundred is edited at each end, one in a thousand at both. First only what moved is
compared, as in every cycle, then all.
"""

import time

import httpx

from bench.case import Context, tell
from bench.programs.opened import opened
from talk_assets.changesets.stage import reconcile_pair
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.system import System
from talk_assets.raw.fetch import fetch

context = Context.of_environment()
edited, both = context.size // 100, context.size // 1000
for place, end in enumerate(context.facts.values()):
    asked = {"count": str(edited), "first": str(place * (edited - both))}
    httpx.post(f"{end['url']}/bench/change", params=asked, trust_env=False, timeout=600).raise_for_status()
with opened(context, empty=False, TALK_LOOKBACK_SECONDS="1") as session:
    pair = session.pairs["contact"]
    for system in System:
        fetch(session, session.entity(pair, system))
        translate_pair(session, pair, system)
    started = time.process_time()
    moved = reconcile_pair(session, pair)
    moved_cpu = time.process_time() - started
    # As if none had been compared before.
    session.reconciled.clear()
    session.db.set_mark("changesets", pair.name, 0)
    started = time.process_time()
    compared = reconcile_pair(session, pair)
    work_cpu = time.process_time() - started
    session.db.checkpoint()
tell(work_cpu=work_cpu, moved_cpu=moved_cpu, compared=compared.examined, conflicts=moved.conflicts)
assert compared.examined == context.size, compared  # noqa: S101 - a figure of other work would mislead
assert moved.conflicts >= both, moved  # noqa: S101
