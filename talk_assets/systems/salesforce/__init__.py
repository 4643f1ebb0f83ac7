"""The Salesforce end: a client of the REST API."""

from talk_assets.systems.salesforce.client import SalesforcePort
from talk_assets.systems.salesforce.login import SalesforceLogin

__all__ = ["SalesforceLogin", "SalesforcePort"]
