"""Org shapes: what one Salesforce org has switched on, added and ruled, so that it differs from the next."""

from __future__ import annotations

from .reading import named_shapes, read_shape
from .shape import OrgShape, Policies, ShapeError

__all__ = ["OrgShape", "Policies", "ShapeError", "named_shapes", "read_shape"]
