"""The rules of each object beyond its field types."""

from __future__ import annotations

from . import deals, orders, people, prices
from .shape import ObjectRules

__all__ = ["RULES", "ObjectRules"]

RULES: dict[str, ObjectRules] = {
    "Account": people.ACCOUNT,
    "Contact": people.CONTACT,
    "Product2": prices.PRODUCT,
    "Pricebook2": prices.PRICEBOOK,
    "PricebookEntry": prices.ENTRY,
    "Opportunity": deals.OPPORTUNITY,
    "Quote": deals.QUOTE,
    "QuoteLineItem": deals.QUOTE_LINE,
    "Order": orders.ORDER,
    "OrderItem": orders.ORDER_ITEM,
}
