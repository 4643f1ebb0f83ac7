"""Embedded Customerp: a complete server of the Customerp HTTP API on its own SQLite database."""

from talk_assets.sandbox.customerp.app import create_app
from talk_assets.sandbox.customerp.profile import Profile
from talk_assets.sandbox.customerp.settings import CustomerpSettings
from talk_assets.sandbox.customerp.webhooks import Webhook

__all__ = ["CustomerpSettings", "Profile", "Webhook", "create_app"]
