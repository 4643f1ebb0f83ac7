"""Faults of the embedded systems: what networks, proxies and busy servers do to their clients.

A fault names its kind and the requests it happens to; see `kinds` for all kinds and `control` for the
endpoint that takes them. The same faults with the same seed befall the same requests.
"""

from talk_assets.sandbox.faults.control import Faults, FaultsMiddleware
from talk_assets.sandbox.faults.past import Shelf
from talk_assets.sandbox.faults.profiles import PROFILES

__all__ = ["PROFILES", "Faults", "FaultsMiddleware", "Shelf"]
