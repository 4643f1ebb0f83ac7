"""The Customerp end: a client of its published HTTP API, version 1."""

from talk_assets.systems.customerp.client import CustomerpPort
from talk_assets.systems.customerp.login import CustomerpLogin

__all__ = ["CustomerpLogin", "CustomerpPort"]
