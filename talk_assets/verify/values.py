"""Values for probes: what each property's declaration allows, within the limits of both ends."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from talk_assets.model.codecs import Day, Flag, Number, ValueMap, Whole
from talk_assets.model.lookup_codecs import CountryCode, CountryName, Lines, Phone
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.model.system import System
from talk_assets.verify.checklist import ACCOUNTS, codes

MARK = "TALK-VERIFY"
"""What the texts of every probe begin with."""
_TURNS = (0, 1)
_COUNTRIES = ("NO", "DE")
_OF_ALL_KINDS = " Åßéñ Жλ漢 \"'&<>;,"
_FILLING = "0123456789 abcdefghijklmnopqrstuvwxyzæøå "
_LONGEST = 32_000
NONE = "\x00"
"""Stands for a value that there is none of."""


@dataclass(frozen=True, kw_only=True)
class Values:
    """Values for the probes of one origin. *tag* tells one pass from another; *today* is when it runs.

    *shapes* hold, by pair, what Salesforce says of the object, where it says anything; *currency* is what documents
    and prices are in.
    """

    tag: str
    origin: System
    today: date
    currency: str
    shapes: dict[str, ObjectShape] = field(default_factory=dict)

    def of(self, pair: EntityPair, p: Property, turn: int) -> Any:  # noqa: ANN401 - of the property's canonical type
        """Return the canonical value for a creation (*turn* 0) or an update (1); None where there is no such value.

        The texts of an update are as long as both ends can hold, so that a cut one shows.
        """
        codecs = {type(p.side(system).codec) for system in System}
        place = pair.names.index(p.name)
        value: Any
        if Flag in codecs:
            value = turn == 0
        elif codecs == {Day}:
            value = self._day(pair, p, turn)
        elif codecs == {Number}:
            value = self._number(p, place, turn)
        elif codecs == {Whole}:
            value = 3 + 4 * turn
        elif codecs == {Phone}:
            value = f"+4740{'12' if self.origin is System.SALESFORCE else '34'}{place:02d}{turn:02d}"
        elif ValueMap in codecs:
            value = self._code(pair, p, turn)
        elif codecs & {CountryCode, CountryName}:
            value = _COUNTRIES[turn]
        else:
            value = self._told(pair, p, turn) or self._text(pair, p, turn, lines=Lines in codecs)
            # One that is chosen from a list, or settled, may have no second.
            value = None if value == NONE else value
        return value

    def text(self, name: str, turn: int = 0) -> str:
        """Return a marked text for *name*."""
        return f"{MARK} {self.tag}-{self.origin.value[0]}{turn} {name}"

    def _day(self, pair: EntityPair, p: Property, turn: int) -> date:
        """Days in the order of the declaration; those of lines lie within the first two of their document."""
        days = [one.name for one in pair.properties if type(one.salesforce.codec) is Day]
        place = days.index(p.name)
        after = 10 + 3 * place if pair.parent else 40 * place
        return self.today - timedelta(days=200) + timedelta(days=after + turn)

    def _number(self, p: Property, place: int, turn: int) -> Decimal:
        # An update's has all the digits that either end can hold, so that rounding shows.
        scale = max(codec.scale for system in System if isinstance(codec := p.side(system).codec, Number))
        return Decimal(f"{10 + place}.25") if turn == 0 else Decimal(f"{11 + place}.{'8765432'[:scale]}")

    def _code(self, pair: EntityPair, p: Property, turn: int) -> str | None:
        known = self._listed(pair, p)
        rule = pair.status
        if rule is not None and p.name == rule.property:
            frozen = set().union(*rule.freezes_record.values(), *rule.freezes_lines.values())
            known = [code for code in known if code not in frozen]
        return known[turn] if turn < len(known) else None

    def _listed(self, pair: EntityPair, p: Property) -> list[str]:
        """The codes that both ends hold, those on Salesforce's own list first; no others where it takes no others."""
        told, codec = self._field(pair, p), p.salesforce.codec
        if told is None or not told.choices or not isinstance(codec, ValueMap):
            return codes(p)
        listed = [code for code in codes(p) if codec.encode_as[code] in told.choices]
        return listed if told.restricted else [*listed, *(code for code in codes(p) if code not in listed)]

    def _choices(self, pair: EntityPair, p: Property) -> tuple[str, ...]:
        told = self._field(pair, p)
        if told is None or (len(told.choices) < len(_TURNS) and not told.restricted):
            return ()
        return told.choices

    def _is_coded(self, pair: EntityPair, p: Property) -> bool:
        """Whether Salesforce takes only names that it has codes for, as of states, which depend on the country."""
        shape = self.shapes.get(pair.name)
        return shape is not None and f"{p.salesforce.path}Code" in shape.fields

    def _field(self, pair: EntityPair, p: Property) -> FieldShape | None:
        shape = self.shapes.get(pair.name)
        return None if shape is None else shape.fields.get(p.salesforce.path)

    def _told(self, pair: EntityPair, p: Property, turn: int) -> str | None:
        """A text of a form of its own; `NONE` where there is none for this turn, None for any other text."""
        kinds = {p.side(system).type.partition("(")[0] for system in System}
        own = f"{self.tag}-{self.origin.value[0]}{turn}"
        choices = self._choices(pair, p) if "picklist" in kinds else ()
        if self._is_coded(pair, p) or ("ISO 4217" in kinds and turn):
            return NONE
        if "ISO 4217" in kinds:
            return self.currency
        if "email" in kinds:
            return f"{MARK.lower()}.{own}@example.com"
        if "url" in kinds:
            return f"https://example.com/{MARK.lower()}/{own}"
        if choices:
            return choices[turn] if turn < len(choices) else NONE
        return None

    def _text(self, pair: EntityPair, p: Property, turn: int, *, lines: bool) -> str:
        # One company serves all that belongs to one: a quote's order must be its customer's.
        text = self.text("company" if p.salesforce.through in ACCOUNTS else p.name, turn)
        most = self._longest(pair, p)
        if len(text) > most:
            # What tells values apart comes first where there is little room.
            text = f"{self.tag}-{self.origin.value[0]}{turn} {MARK}"
        if lines:
            return f"{text}\nsecond line {turn}"[:most]
        if turn == 0:
            return (text + _OF_ALL_KINDS)[:most].strip()
        filled = text + " " + _FILLING * (most // len(_FILLING) + 1)
        return filled[:most].rstrip().ljust(most, "x")

    def _longest(self, pair: EntityPair, p: Property) -> int:
        told = None if p.salesforce.through else self._field(pair, p)
        lengths = [p.salesforce.length, p.customerp.length, None if told is None else told.length]
        return min([_LONGEST, *(length for length in lengths if length)])


def locking(pair: EntityPair, p: Property) -> str | None:
    """Return the status that a probe is given last, as it locks much of the record; None where there is none."""
    rule = pair.status
    if rule is None or p.name != rule.property:
        return None
    frozen = set().union(*rule.freezes_record.values(), *rule.freezes_lines.values())
    free = [code for code in codes(p) if code not in frozen]
    return None if len(free) > 1 else next((code for code in codes(p) if code in frozen), None)
