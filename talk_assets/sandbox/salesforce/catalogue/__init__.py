"""The objects of a sandbox org."""

from __future__ import annotations

from ..schema import Catalogue
from ..settings import SalesforceSettings
from ..shapes.catalogue import shaped
from .deals import opportunity, quote, quote_line_item
from .orders import order, order_item
from .people import account, contact, organization, user
from .prices import pricebook, pricebook_entry, product

__all__ = ["catalogue_of"]


def catalogue_of(settings: SalesforceSettings) -> Catalogue:
    """Return every object, with the custom field and statuses that *settings* name, in their org's shape."""
    key = settings.external_id_field
    statuses = tuple(label for label, _ in settings.order_statuses)
    categories = tuple(dict.fromkeys(code for _, code in settings.order_statuses))
    standard = (
        organization(),
        user(),
        account(key),
        contact(key),
        product(key),
        pricebook(),
        pricebook_entry(),
        opportunity(key),
        quote(key),
        quote_line_item(key),
        order(key, statuses=statuses, categories=categories),
        order_item(key),
    )
    return Catalogue(shaped(standard, settings.shape))
