"""A deployable Salesforce project: our key field on every object, and a permission set with the rights needed."""

import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from talk_assets.fitness.needs import ObjectNeed

NAME = "Talk_Assets"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_COMPOUND = re.compile(r"(?P<of>Mailing|Billing|Shipping)(Street|City|State|PostalCode|Country)(Code)?")
_ALWAYS = {
    "Account": {"Name"},
    "Contact": {"LastName", "FirstName", "Salutation"},
    "Product2": {"Name", "IsActive"},
    "Opportunity": {"Name", "StageName", "CloseDate"},
    "Quote": {"Name", "OpportunityId", "QuoteNumber"},
    "QuoteLineItem": {"QuoteId", "PricebookEntryId", "Product2Id", "Quantity", "UnitPrice"},
    "Order": {"AccountId", "EffectiveDate", "Status", "OrderNumber", "TotalAmount"},
    "OrderItem": {"OrderId", "PricebookEntryId", "Product2Id", "Quantity", "UnitPrice"},
}
"""Fields that Salesforce shows to everyone who sees the object, and refuses in a permission set."""
_SYSTEM = frozenset({"MasterRecordId", "CurrencyIsoCode", "IsPersonAccount"})
_WITHOUT_RIGHTS = frozenset({"PricebookEntry"})
"""Objects that take the rights of another: a price book entry those of its price book and product."""


def project(needs: Mapping[str, ObjectNeed], *, api_version: str) -> dict[str, str]:
    """Return the project's files: text by path."""
    base = "force-app/main/default"
    files = {
        "sfdx-project.json": json.dumps(
            {"packageDirectories": [{"path": "force-app", "default": True}], "sourceApiVersion": api_version}, indent=2
        )
        + "\n",
        f"{base}/permissionsets/{NAME}.permissionset-meta.xml": _permission_set(needs),
        "manifest/package.xml": _package(needs, api_version),
        "README.md": _INSTRUCTIONS,
    }
    for need in needs.values():
        if need.key is not None:
            files[f"{base}/objects/{need.name}/fields/{need.key}.field-meta.xml"] = _key_field(need.key)
    return files


def field_rights(need: ObjectNeed) -> dict[str, bool]:
    """Return the fields of an object that a permission set names, and whether each may be edited."""
    rights: dict[str, bool] = {}
    for name in sorted(need.read - need.required - _ALWAYS.get(need.name, set()) - _SYSTEM):
        part = _COMPOUND.fullmatch(name)
        shown = f"{part['of']}Address" if part else name
        rights[shown] = rights.get(shown, False) or name in need.write
    return {} if need.name in _WITHOUT_RIGHTS else rights


def _permission_set(needs: Mapping[str, ObjectNeed]) -> str:
    parts = [
        f"    <description>{escape('Exactly what Talk Assets reads and writes.')}</description>",
        *(
            _element("fieldPermissions", editable=editable, field=f"{need.name}.{name}", readable=True)
            for need in sorted(needs.values(), key=lambda one: one.name)
            for name, editable in field_rights(need).items()
        ),
        "    <hasActivationRequired>false</hasActivationRequired>",
        "    <label>Talk Assets</label>",
    ]
    owners = {need.name for need in needs.values() if need.parent is None} - _WITHOUT_RIGHTS
    # A line is removed by who may edit its document; no document is ever deleted.
    parts += [_object(name, create=name in owners) for name in sorted(owners | {"Pricebook2"})]
    parts += [_element("userPermissions", enabled=True, name=name) for name in ("ActivateOrder", "ApiEnabled")]
    return _document("PermissionSet", parts)


def _object(name: str, *, create: bool) -> str:
    return _element(
        "objectPermissions",
        allowCreate=create,
        allowDelete=False,
        allowEdit=True,
        allowRead=True,
        modifyAllRecords=False,
        object=name,
        viewAllRecords=False,
    )


def _key_field(key: str) -> str:
    return _document(
        "CustomField",
        [
            f"    <fullName>{escape(key)}</fullName>",
            "    <caseSensitive>false</caseSensitive>",
            "    <description>The key that Talk Assets gives to records it makes.</description>",
            "    <externalId>true</externalId>",
            "    <label>ERP External Id</label>",
            "    <length>64</length>",
            "    <required>false</required>",
            "    <type>Text</type>",
            "    <unique>true</unique>",
        ],
    )


def _package(needs: Mapping[str, ObjectNeed], api_version: str) -> str:
    fields = [f"        <members>{need.name}.{need.key}</members>" for need in needs.values() if need.key]
    return _document(
        "Package",
        [
            "    <types>",
            *sorted(fields),
            "        <name>CustomField</name>\n    </types>",
            f"    <types>\n        <members>{NAME}</members>\n        <name>PermissionSet</name>\n    </types>",
            f"    <version>{escape(api_version)}</version>",
        ],
    )


def _element(tag: str, **values: str | bool) -> str:
    inner = "\n".join(
        f"        <{name}>{escape(str(value).lower() if isinstance(value, bool) else value)}</{name}>"
        for name, value in values.items()
    )
    return f"    <{tag}>\n{inner}\n    </{tag}>"


def _document(root: str, parts: list[str]) -> str:
    return f'{_HEAD}<{root} xmlns="{_NAMESPACE}">\n' + "\n".join(parts) + f"\n</{root}>\n"


_INSTRUCTIONS = """\
# Salesforce metadata for Talk Assets

1. `sf project deploy start --manifest manifest/package.xml --target-org ALIAS` adds the key field to every object and
   the permission set `Talk_Assets`. Quotes and orders must be switched on in the org before.
2. Make an integration user (licence *Salesforce Integration*, profile *Minimum Access - API Only Integrations*) and
   assign the permission set: `sf org assign permset --name Talk_Assets --on-behalf-of USERNAME --target-org ALIAS`.
3. Make an external client app with OAuth: scope *Manage user data via APIs (api)* and no other, client credentials flow
   on, run as that user, and with the IP ranges you sync from. Its consumer key and secret are
   `TALK_SALESFORCE_CLIENT_ID` and `TALK_SALESFORCE_CLIENT_SECRET`. Or switch the JWT bearer flow on instead: upload the
   certificate of an RSA key, pre-authorize the permission set, and set `TALK_SALESFORCE_LOGIN=jwt_bearer`,
   `TALK_SALESFORCE_USERNAME` and `TALK_SALESFORCE_PRIVATE_KEY_FILE`; no secret is shared then.
4. `talk doctor` says what is still missing.

Fields that every user of an object sees, such as a contact's last name, cannot be part of a permission set and are not
in it.
"""
