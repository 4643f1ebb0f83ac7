"""The least that writing changed contacts to both ends takes: batches by an open client, results not looked at."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from bench.case import Context, tell
from bench.programs.writes import writes
from talk_assets.model.system import System

_ORG, _TENANT = "/services/data/v62.0/composite/sobjects", "/api/v1/batch"
_AT_ONCE = 8


async def _push(context: Context) -> None:
    facts = context.facts
    org: list[dict[str, Any]] = [
        {"attributes": {"type": "Contact"}, "id": write.id, **write.values}
        for write in writes(context, System.SALESFORCE)
    ]
    tenant = [
        {"op": "update", "resource": "contacts", "id": write.id, "body": write.values}
        for write in writes(context, System.CUSTOMERP)
    ]
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

        async def send(method: str, url: str, name: str, records: Sequence[Any], most: int) -> None:
            bodies = [msgspec.json.encode({name: records[at : at + most]}) for at in range(0, len(records), most)]
            asked = [client.request(method, url, content=body) for body in bodies]
            for answer in await asyncio.gather(*asked):
                answer.raise_for_status()

        await send("PATCH", facts["salesforce"]["url"] + _ORG, "records", org, 200)
        await send("POST", facts["customerp"]["url"] + _TENANT, "operations", tenant, 500)
    tell(applied=len(org) + len(tenant))


asyncio.run(_push(Context.of_environment()))
