"""Answers that are asked once a run, taken from the embedded systems as they give them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from talk_assets.demo.ends import API
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.system import System
from talk_assets.sandbox.server import sandbox


@dataclass(frozen=True, kw_only=True)
class Canned:
    """*facts* as `talk sandbox` announces them; bodies of the embedded systems' answers, *described* by object.

    *user* is the id of the Salesforce user that the client logs in as.
    """

    facts: dict[str, dict[str, str]]
    described: Mapping[str, bytes]
    organization: bytes
    pricebook: bytes
    user: str
    info: bytes


def canned() -> Canned:
    """Start both embedded systems, ask them, and stop them."""
    objects = {pair.entity(System.SALESFORCE).resource for pair in PAIRS.values()}
    objects |= {lookup.resource for lookup in LOOKUPS.values()}
    with sandbox() as systems, httpx.Client(trust_env=False) as client:
        facts = json.loads(systems.as_json_line())
        org, tenant = facts["salesforce"], facts["customerp"]
        form = {"grant_type": "client_credentials"} | {name: org[name] for name in ("client_id", "client_secret")}
        token = client.post(f"{org['url']}/services/oauth2/token", data=form).raise_for_status().json()

        def asked(url: str, key: str, **query: str) -> bytes:
            headers = {"Authorization": f"Bearer {key}"}
            return client.get(url, params=query, headers=headers).raise_for_status().content

        def of_org(path: str, **query: str) -> bytes:
            return asked(f"{org['url']}{API}/{path}", token["access_token"], **query)

        return Canned(
            facts=facts,
            described={name: of_org(f"sobjects/{name}/describe") for name in sorted(objects)},
            organization=of_org("queryAll", q="SELECT Id, Name, DefaultCurrencyIsoCode FROM Organization LIMIT 1"),
            pricebook=of_org("queryAll", q="SELECT Id, IsActive FROM Pricebook2 WHERE IsStandard = true LIMIT 1"),
            user=str(token["id"]).rpartition("/")[2],
            info=asked(f"{tenant['url']}/api/v1/", tenant["api_key"]),
        )
