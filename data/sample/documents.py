"""The quotes and orders of the sample, about half of them born in each end."""

from ends import Sample, day, reference
from words import PRODUCTS


def salesforce_quotes(sample: Sample, count: int) -> None:
    """Fill quotes born in Salesforce, each with the opportunity it belongs to."""
    for number in range(1, count + 1):
        ref, (contact, person) = f"quote-s{number}", sample.buyer("salesforce")
        name, until = f"Offer {number} for {person['company']}", day(90 + 3 * number)
        deal = {
            "StageName": "Proposal/Price Quote",
            "CloseDate": until,
            "Pricebook2Id": reference("standard-price-book"),
        }
        account = reference(sample.companies[person["company"]])
        sample.add(sample.salesforce, "Opportunity", f"deal-{number}", {"Name": name, "AccountId": account, **deal})
        quote = {
            "Name": name,
            "OpportunityId": reference(f"deal-{number}"),
            "Pricebook2Id": reference("standard-price-book"),
            "ContactId": reference(contact),
            "Status": "Presented" if number % 3 == 0 else "Draft",
            "ExpirationDate": until if number % 4 else None,
            "Email": person["email"],
            "Tax": 12.5 if number % 2 else None,
            "ShippingHandling": 7.9 if number % 3 else None,
            "BillingName": person["company"],
            "BillingStreet": person["place"][5].replace(";", "\n"),
            "BillingCity": person["place"][2],
            "BillingPostalCode": person["place"][4],
            "BillingCountry": person["place"][0],
        }
        sample.add(sample.salesforce, "Quote", ref, quote)
        for position, (product, price) in enumerate(sample.goods("salesforce"), 1):
            line = {
                "QuoteId": reference(ref),
                "PricebookEntryId": reference(f"entry-{product}"),
                "Quantity": sample.random.choice((1, 2, 5, 12, 2.5)),
                "UnitPrice": price,
                "Discount": sample.random.choice((None, None, 5, 12.5)),
                "SortOrder": position,
            }
            sample.add(sample.salesforce, "QuoteLineItem", f"{ref}-{position}", line)
    sample.salesforce_updates.append({"ref": "quote-s2", "fields": {"Status": "Accepted"}})


def customerp_quotes(sample: Sample, count: int) -> None:
    """Fill quotes born in Customerp; one is accepted, one names a company and no contact."""
    for number in range(1, count + 1):
        contact, person = sample.buyer("customerp")
        quote = {
            "title": f"Quotation {number}: {PRODUCTS[number][0]}",
            "status": {3: "accepted", 6: "sent", 9: "declined"}.get(number, "draft"),
            "contactId": None if number == 5 else reference(contact),  # noqa: PLR2004 - the one without
            "companyName": person["company"],
            "validUntil": day(60 + 5 * number),
            "email": person["email"],
            "taxAmount": round(sample.random.uniform(1, 50), 2) if number % 2 else None,
            "freightAmount": 15 if number % 3 == 0 else None,
            "notes": "Prices per piece.\nDelivery ex works." if number % 4 == 0 else None,
            "lines": [
                {
                    "productId": reference(f"product-{product}"),
                    "quantity": sample.random.choice((1, 3, 10, 0.5)),
                    "unitPrice": price,
                    "discountPercent": sample.random.choice((0, 2.5, 10)),
                }
                for product, price in sample.goods("customerp")
            ],
        }
        sample.add(sample.customerp, "quotes", f"quote-c{number}", quote)


def salesforce_orders(sample: Sample, count: int) -> None:
    """Fill orders born in Salesforce: drafts, one of them activated once its lines are there."""
    for number in range(1, count + 1):
        ref, (contact, person), start = f"order-s{number}", sample.buyer("salesforce"), day(2 * number)
        order = {
            "Name": f"Order {number} of {person['last']}",
            "AccountId": reference(sample.companies[person["company"]]),
            "Pricebook2Id": reference("standard-price-book"),
            "Status": "Draft",
            "EffectiveDate": start,
            "EndDate": day(2 * number + 30) if number % 2 else None,
            "BillToContactId": reference(contact) if number % 5 else None,
            "PoNumber": f"PO-{5000 + number}" if number % 3 else None,
            "Type": "New" if number % 4 else None,
            "BillingCity": person["place"][2],
            "BillingCountry": person["place"][0],
            "Description": "Please ring before delivery:\ngate 3" if number % 6 == 0 else None,
        }
        sample.add(sample.salesforce, "Order", ref, order)
        for position, (product, price) in enumerate(sample.goods("salesforce"), 1):
            line = {
                "OrderId": reference(ref),
                "PricebookEntryId": reference(f"entry-{product}"),
                "Quantity": sample.random.choice((1, 2, 4, 25, 1.5)),
                "UnitPrice": price,
                "ServiceDate": start if position == 1 else None,
                "Description": "as agreed" if number % 7 == 0 else None,
            }
            sample.add(sample.salesforce, "OrderItem", f"{ref}-{position}", line)
    sample.salesforce_updates.append({"ref": "order-s4", "fields": {"Status": "Activated"}})


def customerp_orders(sample: Sample, count: int) -> None:
    """Fill orders born in Customerp: some confirmed, one cancelled, one of a private person."""
    for number in range(1, count + 1):
        contact, person = sample.buyer("customerp", company=number != 8)  # noqa: PLR2004 - the private one
        order = {
            "title": f"Web order {number}",
            "status": {4: "confirmed", 8: "confirmed", 13: "cancelled", 16: "confirmed"}.get(number, "open"),
            "contactId": reference(contact) if number % 9 else None,
            "companyName": person["company"],
            "quoteId": reference("quote-c3") if number == 16 else None,  # noqa: PLR2004 - what became of that quote
            "orderDate": day(3 * number),
            "requestedDeliveryDate": day(3 * number + 14) if number % 2 else None,
            "purchaseOrderNumber": f"{person['last'][:3].upper()}/{number:03d}" if number % 4 else None,
            "reference": "Señor García" if number % 5 == 0 else None,
            "billingAddress": {"city": person["place"][2], "countryCode": person["place"][1]},
            "lines": [
                {
                    "productId": reference(f"product-{product}"),
                    "quantity": sample.random.choice((1, 2, 6, 100, 0.25)),
                    "unitPrice": price,
                    "description": "gift wrapped" if number % 6 == 0 else None,
                }
                for product, price in sample.goods("customerp")
            ],
        }
        sample.add(sample.customerp, "orders", f"order-c{number}", order)
