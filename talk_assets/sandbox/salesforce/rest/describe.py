"""Describes, made from the declarations.

Source: REST API Developer Guide, "Describe Global", "SObject Basic Information", "SObject Describe".
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from ..desk import Desk
from ..schema import ID_TYPES, SCALED_TYPES, Catalogue, Choice, Field, OnDelete, SObject
from ..values import writer
from ..wire import Answer, Call
from .rows import object_named

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}


def describe_global(desk: Desk, call: Call) -> Answer:
    """GET /sobjects."""
    entries = [_entry(sobject, call.base) for sobject in desk.tx.catalogue.objects]
    entries.sort(key=lambda entry: str(entry["name"]))
    return Answer(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})


def describe_briefly(desk: Desk, call: Call, name: str) -> Answer:
    """GET /sobjects/X."""
    return Answer(body={"objectDescribe": _entry(object_named(desk.tx, name), call.base), "recentItems": []})


def describe(desk: Desk, call: Call, name: str) -> Answer:
    """GET /sobjects/X/describe."""
    sobject = object_named(desk.tx, name)
    body = _entry(sobject, call.base) | {
        "actionOverrides": [],
        "childRelationships": _children(desk.tx.catalogue, sobject),
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field) for field in sobject.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_record_type(call.base, sobject)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }
    return Answer(body=body)


def _entry(sobject: SObject, base: str) -> dict[str, Any]:
    own = f"{base}sobjects/{sobject.name}"
    recyclable = "isdeleted" in sobject.by_name
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.createable,
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": True,
        "mergeable": sobject.name in {"Account", "Contact"},
        "mruEnabled": True,
        "name": sobject.name,
        "queryable": True,
        "replicateable": recyclable,
        "retrieveable": True,
        "searchable": True,
        "triggerable": recyclable,
        "undeletable": recyclable,
        "updateable": sobject.updateable,
        "urls": {
            "sobject": own,
            "describe": f"{own}/describe",
            "rowTemplate": f"{own}/{{ID}}",
            "layouts": f"{own}/describe/layouts",
            "quickActions": f"{own}/quickActions",
        },
    }


def _field(field: Field) -> dict[str, Any]:
    text = field.type not in {"id", "reference", "boolean", "date", "datetime", "address"} | SCALED_TYPES | {"int"}
    length = field.length if text or field.type in ID_TYPES else 0
    convert = writer(field)
    default = field.default if convert is None or field.default is None else convert(field.default)
    return {
        "aggregatable": field.filterable and field.type != "boolean",
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": 18 if field.type in ID_TYPES else 3 * length,
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": field.on_delete is OnDelete.CASCADE,
        "caseSensitive": False,
        "compoundFieldName": field.compound,
        "controllerName": field.controller,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": default if field.createable else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": field.controller is not None,
        "deprecatedAndHidden": False,
        "digits": field.precision if field.type == "int" else 0,
        "displayLocationInDecimal": field.name.endswith(("Latitude", "Longitude")),
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.filterable and field.type not in SCALED_TYPES | {"datetime"},
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": None,
        "label": field.label,
        "length": length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": False,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.compound is None,
        "picklistValues": [_choice(field, choice) for choice in _choices(field)],
        "polymorphicForeignKey": False,
        "precision": field.precision if field.type in SCALED_TYPES else 0,
        "queryByDistance": field.type == "address",
        "referenceTargetField": None,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": field.on_delete is OnDelete.RESTRICT,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference",
        "soapType": _SOAP_TYPES.get(field.type, "xsd:double" if field.type in SCALED_TYPES else "xsd:string"),
        "sortable": field.filterable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _choices(field: Field) -> tuple[Choice, ...]:
    return field.choices or tuple(Choice(value=value, label=value) for value in field.picklist)


def _choice(field: Field, choice: Choice) -> dict[str, Any]:
    return {
        "active": True,
        "defaultValue": choice.value == field.default,
        "label": choice.label,
        "validFor": None if choice.valid_for is None else _bit(choice.valid_for),
        "value": choice.value,
    }


def _bit(place: int) -> str:
    """Return the base64 of a bit set with one bit set, the first bit of a byte being its highest."""
    whole = bytearray(place // 8 + 1)
    whole[-1] = 0x80 >> place % 8
    return b64encode(whole).decode()


def _children(catalogue: Catalogue, sobject: SObject) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": relation.field.on_delete is OnDelete.CASCADE,
            "childSObject": relation.child.name,
            "deprecatedAndHidden": False,
            "field": relation.field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": relation.field.children,
            "restrictedDelete": relation.field.on_delete is OnDelete.RESTRICT,
        }
        for relation in catalogue.children_of(sobject.name)
    ]


def _master_record_type(base: str, sobject: SObject) -> dict[str, Any]:
    record_type = "012000000000000AAA"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": record_type,
        "urls": {"layout": f"{base}sobjects/{sobject.name}/describe/layouts/{record_type}"},
    }
