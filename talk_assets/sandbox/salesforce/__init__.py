"""The embedded Salesforce: an org over real HTTP, on a database of its own."""

from __future__ import annotations

from .app import create_app
from .settings import SalesforceSettings
from .shapes import OrgShape, ShapeError, named_shapes, read_shape

__all__ = ["OrgShape", "SalesforceSettings", "ShapeError", "create_app", "named_shapes", "read_shape"]
