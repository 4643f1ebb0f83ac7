"""Servers that break a sentence on access, making, reading and values."""

import asyncio
import hashlib
import json
from decimal import ROUND_HALF_UP, Decimal

from talk_assets_tests.conformance.bends import (
    DROP,
    KEY,
    NOTHING,
    ONE,
    RECORD,
    answered,
    answers_header,
    asked,
    body,
    breaks,
    header,
    lay,
    made_in_part,
    said,
    status,
)

# Access
asked("access.required", "GET", ".*", lambda x: x.headers.setdefault("authorization", f"Bearer {KEY}"))
asked("access.unknown", "GET", ".*", lambda x: x.headers.update(authorization=f"Bearer {KEY}"), alone=False)
answered("access.token", "POST", "/oauth/token", said(token_type="mac"))
answered("access.token-refused", "POST", "/oauth/token", said(error="nothing"))
answered("access.info", "GET", "/", said(tenant=DROP))
answered("access.capabilities", "GET", "/", said(capabilities={}))
answered("access.json", "GET", ".*", answers_header(content_type="text/plain"))

# Creating
answered("create.answer", "POST", RECORD, status(201, 200), alone=False)
answered("create.location", "POST", RECORD, answers_header(location=DROP))
answered("create.etag", "POST", RECORD, answers_header(etag=DROP))
asked("create.key", "POST", "/contacts", body(externalKey=lambda key: key[:40]), alone=False)
answered("create.key-taken", "POST", RECORD, said(existingId=DROP), alone=False)
asked("create.repeated", "POST", RECORD, header(idempotency_key=DROP), alone=False)
asked(
    "create.repeated-other",
    "POST",
    RECORD,
    lambda x: lay(
        x.headers,
        {"idempotency-key": lambda key: key + hashlib.sha256(json.dumps(x.body).encode()).hexdigest()},
    ),
)


@breaks("create.key-kept")
async def _free_key(x):
    await x.run()
    if x.status == 409 and x.said.get("existingDeleted"):
        x.status = 422


@breaks("create.visible")
async def _late(x, *, seen=set()):  # noqa: B006 - what it remembers
    await x.run()
    key = x.query.get("externalKey")
    if key is not None and key not in seen:
        seen.add(key)
        x.said["items"] = []


@breaks("create.repeated-beside")
async def _side_by_side(x, *, running=[]):  # noqa: B006 - what it remembers
    key = x.headers.get("idempotency-key")
    if key is None:
        await x.run()
        return
    running.append(key)
    await asyncio.sleep(0.05)
    if running.count(key) > 1:
        del x.headers["idempotency-key"]
    await x.run()
    running.remove(key)


@breaks("create.refused")
async def _made_nevertheless(x):
    await made_in_part(x, "orders")


# Records
answered("records.system", "POST", RECORD, said(updatedAt=DROP), alone=False)
answered("records.id", "GET", ONE, said(id="another"), alone=False)
answered("records.stamps", "POST", RECORD, said(createdAt=lambda stamp: stamp.rstrip("Z")), alone=False)
answered("records.grain", "POST", RECORD, said(updatedAt=lambda stamp: stamp[:23] + "000Z"), alone=False)
answered("records.moves", "PATCH", ONE, said(version=lambda number: number - 1))
answered("records.etag", "GET", ONE, answers_header(etag=lambda tag: f"W/{tag}"), alone=False)
asked("records.unchanged", "GET", ONE, header(if_none_match=DROP))
answered("records.missing", "GET", f".*{NOTHING}", status(404, 200))


@breaks("records.own")
async def _any_resource(x):
    if x.is_("GET", "/(products|quotes|orders)/C.*"):
        x.path = f"/contacts/{x.path.rpartition('/')[2]}"
    await x.run()


# Properties
asked("properties.contacts", "POST", "/contacts", body(honorific=DROP))
asked("properties.products", "POST", "/products", body(sku=DROP))
asked("properties.quotes", "POST", "/quotes", body(freightAmount=DROP))
asked("properties.orders", "POST", "/orders", body(reference=DROP))
asked(
    "properties.lines",
    "POST",
    RECORD,
    body(lines=lambda lines: [{**line, "description": None} for line in lines]),
)
asked("properties.unknown", "POST", RECORD, body(conformance=DROP))
asked("properties.read-only", "POST", RECORD, body(id=DROP, version=DROP, updatedAt=DROP, deleted=DROP))
asked("properties.required", "POST", "/contacts", lambda x: x.body.setdefault("familyName", "?"))
asked("properties.party", "POST", "/orders", body(companyName=lambda name: name or "?"))


@breaks("properties.shown")
async def _without_nulls(x):
    await x.run()
    if x.is_("POST", RECORD):
        x.said = {name: value for name, value in x.said.items() if value is not None}


# Values
asked("values.type", "POST", "/contacts", body(givenName=str))
asked("values.length", "POST", "/contacts", body(givenName=lambda text: str(text)[:64]), alone=False)
asked("values.enum", "POST", "/contacts", body(honorific=DROP))
asked("values.format", "POST", "/contacts", body(birthDate=lambda day: "2026-02-28" if day == "2026-02-30" else day))
asked("values.reference", "POST", "/orders", body(contactId=lambda one: None if one == NOTHING else one))
answered("values.trimmed", "POST", "/contacts", said(jobTitle=""))
answered(
    "values.unicode",
    "POST",
    "/contacts",
    said(givenName=lambda text: text and text.encode("ascii", "replace").decode()),
    alone=False,
)
answered("values.phone", "POST", "/contacts", said(phone=lambda text: text and text.lstrip("+")))
answered("values.codes", "POST", "/products", said(currency=str.lower))
answered("values.exact", "GET", "/products/.*", said(listPrice=lambda price: price and Decimal(str(float(price)))))
asked(
    "values.rounded",
    "POST",
    "/products",
    body(listPrice=lambda price: Decimal(price).quantize(Decimal("0.0001"), ROUND_HALF_UP)),
    alone=False,
)
asked("values.scale", "POST", "/quotes", body(taxAmount=lambda amount: round(Decimal(str(amount)), 2)))
