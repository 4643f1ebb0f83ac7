"""x."""

from typing import Any


def openapi_document() -> dict[str, Any]:
    """X."""
    return {}
