"""JSON Schemas of the Customerp API, derived from the declared properties."""

from typing import Any

from talk_assets.sandbox.customerp.batch import MAX_OPERATIONS, OPERATIONS
from talk_assets.sandbox.customerp.kinds import Text
from talk_assets.sandbox.customerp.resources import ADDRESS, NAMED_ADDRESS, RESOURCES, Resource
from talk_assets.sandbox.customerp.shapes import Group, Property

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Schema]:
    """Return every schema of the API by its name."""
    found = {group.name: _group(group) for group in (ADDRESS, NAMED_ADDRESS)}
    for resource in RESOURCES:
        found |= _of_resource(resource)
    return found | _ENVELOPES


def _of_resource(resource: Resource) -> dict[str, Schema]:
    title, shape = resource.title, resource.shape
    record = _object({**_SYSTEM, **_properties(shape)})
    create = _object(_writable(shape), required=shape.required)
    found = {}
    if resource.line is not None:
        line = resource.line
        record["properties"]["lines"] = {"type": "array", "items": ref(line.name)}
        record["required"].append("lines")
        create["properties"]["lines"] = {"type": "array", "items": ref(f"{line.name}Create")}
        found[line.name] = _object({"id": {"type": "string", "readOnly": True}, **_properties(line)})
        found[f"{line.name}Create"] = _object(_writable(line), required=line.required)
        found[f"{line.name}Patch"] = _object(_writable(line), required=())
    if resource.party_required:
        create["anyOf"] = [
            {"required": [name], "properties": {name: {"type": "string"}}} for name in ("contactId", "companyName")
        ]
    page: dict[str, Schema] = {
        "items": {"type": "array", "items": ref(title)},
        "next": {"type": ["string", "null"], "description": "Cursor of the next page; null at the end."},
        "asOf": {**_STAMP, "description": "Server time when the query began; later changes are after it."},
    }
    return found | {
        title: record,
        f"{title}Create": create,
        f"{title}Patch": _object(_writable(shape), required=()),
        f"{title}Page": _object(page),
    }


def _object(properties: dict[str, Schema], *, required: tuple[str, ...] | None = None) -> Schema:
    names = list(properties) if required is None else list(required)
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": names} if names else schema


def _group(group: Group) -> Schema:
    return _object(_properties(group), required=())


def _properties(group: Group) -> dict[str, Schema]:
    return {item.name: _property(item) for item in group.properties}


def _writable(group: Group) -> dict[str, Schema]:
    return {item.name: _property(item) for item in group.properties if not item.derived}


def _property(item: Property) -> Schema:
    if isinstance(item.kind, Group):
        return {"anyOf": [ref(item.kind.name), {"type": "null"}]}
    schema = item.kind.schema()
    if not item.required and not item.derived:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if item.default is not None:
        schema["default"] = item.default
    if item.derived:
        schema["readOnly"] = True
    return schema


_STAMP: Schema = {"type": "string", "format": "date-time"}
_SYSTEM: dict[str, Schema] = {
    "id": {"type": "string", "readOnly": True},
    "createdAt": {**_STAMP, "readOnly": True},
    "updatedAt": {**_STAMP, "readOnly": True},
    "version": {
        "type": "integer",
        "minimum": 1,
        "readOnly": True,
        "description": "One more with every accepted write; the ETag is this number in quotes.",
    },
    "deleted": {"type": "boolean", "readOnly": True},
}
_ADDRESS_NAMES = [resource.name for resource in RESOURCES]
_ENVELOPES: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457; 409 names the record in the way by existingId, 412 the currentVersion.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "existingId": {"type": "string"},
            "existingVersion": {"type": "integer"},
            "existingDeleted": {"type": "boolean"},
            "currentVersion": {"type": "integer"},
            "referringId": {"type": "string"},
            "errors": {"type": "array", "items": ref("Fault")},
        },
        "additionalProperties": False,
    },
    "Fault": _object(
        {
            "pointer": {"type": "string", "description": "JSON pointer into the request body."},
            "code": {
                "type": "string",
                "description": "required, unknown, read_only, type, length, format, enum, range, scale,"
                " reference, duplicate or locked.",
            },
            "detail": {"type": "string"},
        }
    ),
    "Operation": _object(
        {
            "op": {"type": "string", "enum": list(OPERATIONS)},
            "resource": {
                "type": "string",
                "pattern": f"^({'|'.join(_ADDRESS_NAMES)}|(quotes|orders)/[^/]+/lines)$",
            },
            "id": {"type": "string", "description": "Needed by every op but create."},
            "ifMatch": {
                "type": ["string", "integer"],
                "description": "Entity tag or version; needed by update and delete, and by every change of lines."
                " A later operation on the same record names the version the one before it makes.",
            },
            "idempotencyKey": Text(max_length=255).schema(),
            "body": {"type": "object"},
        },
        required=("op", "resource"),
    ),
    "Batch": _object(
        {
            "operations": {
                "type": "array",
                "items": ref("Operation"),
                "minItems": 1,
                "maxItems": MAX_OPERATIONS,
            }
        }
    ),
    "BatchAnswer": _object({"results": {"type": "array", "items": ref("Result")}}),
    "Result": _object(
        {
            "status": {"type": "integer"},
            "etag": {"type": "string"},
            "record": {"type": "object"},
            "problem": ref("Problem"),
        },
        required=("status",),
    ),
    "Change": _object(
        {
            "seq": {"type": "integer"},
            "resource": {"type": "string", "enum": _ADDRESS_NAMES},
            "id": {"type": "string"},
            "updatedAt": _STAMP,
            "deleted": {"type": "boolean"},
            "origin": {"type": ["string", "null"], "description": "X-Change-Origin of the write."},
        }
    ),
    "Changes": _object(
        {
            "items": {"type": "array", "items": ref("Change")},
            "last": {
                "type": "integer",
                "description": "What to pass as `since` next: the seq of the last item; without items, the newest.",
            },
            "tenant": {
                "type": "string",
                "description": "Whose data set this is, as in Info. A client that is told need not ask each time.",
            },
        }
    ),
    "Info": _object(
        {
            "tenant": {
                "type": "string",
                "description": "Identity of the data set. A client keeps it, and stops when it changes.",
            },
            "name": {"type": "string"},
            "version": {"type": "string"},
            "serverTime": _STAMP,
            "capabilities": {"type": "object", "additionalProperties": True},
        }
    ),
    "Token": _object(
        {
            "access_token": {"type": "string"},
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer"},
        }
    ),
    "OAuthError": _object({"error": {"type": "string"}}),
}
