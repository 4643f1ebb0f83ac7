"""The address property group that contacts, quotes and orders repeat."""

from talk_assets.entities.sides import code, text
from talk_assets.model.lookup_codecs import CountryCode, CountryName, Lines
from talk_assets.model.pair import Property, Side
from talk_assets.model.wire import Wire

LINE_LENGTH = 128
LINE_COUNT = 10


def address(prefix: str, *, salesforce: str, customerp: str, named: bool = False) -> tuple[Property, ...]:
    """Return the properties of one address.

    *prefix* starts the canonical names (``billing_``), *salesforce* the field names (``Billing``);
    *customerp* is the nested object (``billingAddress``). A *named* address also says whose it is.

    The country is read and written by its English name, as an org without state and country picklists
    stores it.
    """
    addressee = Property(
        name=f"{prefix}name",
        salesforce=text(f"{salesforce}Name", 255),
        customerp=text(f"{customerp}.name", 255),
    )
    place = (
        Property(
            name=f"{prefix}street",
            doc="Lines joined by newline.",
            salesforce=text(f"{salesforce}Street", 255, kind="textarea"),
            customerp=_lines(f"{customerp}.lines"),
        ),
        Property(
            name=f"{prefix}city",
            salesforce=text(f"{salesforce}City", 40),
            customerp=text(f"{customerp}.city", 64),
        ),
        Property(
            name=f"{prefix}region",
            salesforce=text(f"{salesforce}State", 80),
            customerp=text(f"{customerp}.region", 80),
        ),
        Property(
            name=f"{prefix}postal_code",
            salesforce=text(f"{salesforce}PostalCode", 20),
            customerp=text(f"{customerp}.postalCode", 20),
        ),
        Property(
            name=f"{prefix}country",
            doc="A name nobody knows is kept where it is and not written across.",
            salesforce=code(f"{salesforce}Country", CountryName(), "string(80)"),
            customerp=code(f"{customerp}.countryCode", CountryCode(), "ISO 3166-1 alpha-2"),
        ),
    )
    return (addressee, *place) if named else place


def _lines(path: str) -> Side:
    return Side(
        path=path,
        codec=Lines(length=LINE_LENGTH, count=LINE_COUNT),
        type=f"array of string({LINE_LENGTH})",
        wire=Wire.TEXTS,
        length=LINE_COUNT * (LINE_LENGTH + 1) - 1,
    )
