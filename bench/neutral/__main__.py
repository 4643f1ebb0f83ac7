"""`python -m bench.neutral`: serve both ends quickly, print where, and go on until stdin ends.

The one line of JSON is what `talk sandbox` prints, so it leads a sync here (`talk_assets.settings.variables_for`).
Each end also answers, under its own address:

- ``GET /bench/counts``: requests in all and by kind, bytes up and down, connections; ``DELETE`` starts anew.
- ``POST /bench/change?count=K&first=N``: a person edits two properties of K contacts from number N on.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from dataclasses import replace

from bench.neutral import people
from bench.neutral.canned import Canned, canned
from bench.neutral.customerp import Contacts, Customerp
from bench.neutral.objects import Objects
from bench.neutral.salesforce import Salesforce
from bench.neutral.serving import App, Connection, Server
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.system import System
from talk_assets.model.wire import Wire

_AGE = 10 * 24 * 3600
_PER_SECOND = 200
"""Records that share a stamp, as those of one collection do."""


def main() -> None:
    """Read the arguments, make the records and serve them."""
    parser = argparse.ArgumentParser(prog="python -m bench.neutral", description="Serve both ends quickly.")
    parser.add_argument("--contacts", type=int, default=2000, help="people that both ends know (default 2000)")
    parser.add_argument("--only", choices=[s.value for s in System], help="let only this end know them")
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds before each answer (default 0)")
    parser.add_argument("--gzip", action="store_true", help="compress answers for clients that take it")
    parser.add_argument("--no-batch", action="store_true", help="let Customerp take writes one by one only")
    parser.add_argument("--core", type=int, help="stay on this processor core")
    chosen = parser.parse_args()
    if chosen.core is not None:
        os.sched_setaffinity(0, {chosen.core})
    found = _without_batches(canned()) if chosen.no_batch else canned()
    people_of = {s: 0 if chosen.only not in {None, s.value} else chosen.contacts for s in System}
    salesforce = Salesforce(found, _org(found, people_of[System.SALESFORCE]))
    customerp = Customerp(found, _tenant(people_of[System.CUSTOMERP]))
    asyncio.run(_serve(found, salesforce, customerp, latency=chosen.latency / 1000, gzip=chosen.gzip))


def _without_batches(found: Canned) -> Canned:
    info = json.loads(found.info)
    info["capabilities"]["batch"] = False
    return replace(found, info=json.dumps(info).encode())


def _org(found: Canned, count: int) -> Objects:
    fields = {
        entity.resource: {f.path: False if f.wire is Wire.BOOLEAN else None for f in entity.fields if "." not in f.path}
        for entity in [*(pair.entity(System.SALESFORCE) for pair in PAIRS.values()), *LOOKUPS.values()]
    }
    objects = Objects(key=found.facts["salesforce"]["external_id_field"], user=found.user, fields=fields)
    start = int(time.time()) - _AGE
    accounts, contacts = objects.table("Account"), objects.table("Contact")
    for number in range(people.COMPANIES if count else 0):
        accounts.keep(number, {"Name": people.company(number)}, stamp=start, person=True)
    for number in range(count):
        record = people.in_salesforce(number, accounts.id_of(number % people.COMPANIES))
        contacts.keep(number, record, stamp=start + number // _PER_SECOND, person=True)
    return objects


def _tenant(count: int) -> Contacts:
    contacts = Contacts(dict.fromkeys(people.in_customerp(0)) | {"emailOptOut": False})
    start = time.time() - _AGE
    for number in range(count):
        contacts.create(people.in_customerp(number), origin="", now=start + number / _PER_SECOND)
    return contacts


async def _serve(found: Canned, salesforce: Salesforce, customerp: Customerp, *, latency: float, gzip: bool) -> None:
    facts = {name: dict(end) for name, end in found.facts.items()}
    facts["salesforce"]["url"] = salesforce.url = await _listening(salesforce, latency=latency, gzip=gzip)
    facts["customerp"]["url"] = await _listening(customerp, latency=latency, gzip=gzip)
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def _listening(app: App, *, latency: float, gzip: bool) -> str:
    server = Server(app, latency=latency, gzip=gzip)
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(server), "127.0.0.1", 0)
    return f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


if __name__ == "__main__":
    main()
