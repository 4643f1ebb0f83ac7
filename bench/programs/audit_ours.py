"""Our audit of all linked contacts, as they were last read."""

import time

from bench.case import Context, tell
from bench.programs.opened import opened
from talk_assets.audit.compare import audit_pair

context = Context.of_environment()
with opened(context, empty=False) as session:
    started = time.process_time()
    found = audit_pair(session, session.pairs["contact"])
    work_cpu = time.process_time() - started
tell(work_cpu=work_cpu, compared=found.linked)
assert found.linked == context.size, found.linked  # noqa: S101 - a figure of other work would mislead
