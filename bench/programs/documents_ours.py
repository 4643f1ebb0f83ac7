"""Our first load of AdventureWorks: products, contacts, and orders with their lines, into an empty Salesforce.

What is asked and answered is kept for `documents_bare`, which asks it again.
"""

import pickle
import time

import httpx

from bench.case import Context, tell
from bench.documents import loaded
from bench.programs.opened import opened
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System
from talk_assets.systems.transport import OriginTransport

asked: list[tuple[str, int | None, bytes, list[tuple[bytes, bytes]], bytes, int]] = []
plain = OriginTransport.handle_request


def kept(self: OriginTransport, request: httpx.Request) -> httpx.Response:
    """Send a request, and keep it with the status of its answer."""
    answer = plain(self, request)
    url, headers = request.url, request.headers.raw
    asked.append((request.method, url.port, url.raw_path, headers, request.content, answer.status_code))
    return answer


setattr(OriginTransport, "handle_request", kept)  # noqa: B010 - a method is not to be assigned, says the type checker
context = Context.of_environment()
with loaded(context.size) as facts:
    given = Context(facts=facts, size=context.size, folder=context.folder)
    started, cpu = time.perf_counter(), time.process_time()
    with opened(given) as session:
        tallies = run_cycle(session).tallies
    work_wall, work_cpu = time.perf_counter() - started, time.process_time() - cpu
    ports = {httpx.URL(end["url"]).port: name for name, end in facts.items()}
with (context.folder / "asked.pickle").open("wb") as file:
    pickle.dump([(method, ports[port], *rest) for method, port, *rest in asked], file)
lines = tallies["order_line"].created[System.SALESFORCE]
tell(work_wall=work_wall, work_cpu=work_cpu, requests=len(asked), lines=lines)
assert tallies["order"].created[System.SALESFORCE] == context.size, tallies  # noqa: S101 - it must have done the work
