"""Query refusals that point at the place in the text."""

from __future__ import annotations

from ..errors import ApiError

_BEFORE, _AFTER = 40, 40


def at_position(text: str, offset: int, message: str) -> str:
    """Return *message* under an excerpt of the query with a caret at *offset*."""
    row = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    line_start = offset - column + 1
    line_end = text.find("\n", offset)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    start = max(column - 1 - _BEFORE, 0)
    excerpt = line[start : column - 1 + _AFTER]
    return f"\n{excerpt}\n{' ' * (column - 1 - start)}^\nERROR at Row:{row}:Column:{column}\n{message}"


def no_such_column(text: str, offset: int, name: str, entity: str) -> ApiError:
    """The object has no field of this name."""
    message = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )
    return ApiError("INVALID_FIELD", at_position(text, offset, message))


def no_such_object(text: str, offset: int, name: str) -> ApiError:
    """The org has no object of this name."""
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )
    return ApiError("INVALID_TYPE", at_position(text, offset, message))


def no_such_relation(text: str, offset: int, name: str, entity: str) -> ApiError:
    """The object has no such parent or child relation."""
    message = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
        "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL "
        f"or the describe call for the appropriate names. ({entity})"
    )
    return ApiError("INVALID_FIELD", at_position(text, offset, message))
