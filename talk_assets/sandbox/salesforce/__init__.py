"""The embedded Salesforce: an org over real HTTP, on a database of its own."""

from __future__ import annotations

from .app import create_app
from .settings import SalesforceSettings

__all__ = ["SalesforceSettings", "create_app"]
