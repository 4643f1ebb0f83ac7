"""Records to raw frames and back."""

from datetime import UTC, datetime

import polars as pl
import pytest

from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, Entity, Field, Wire
from talk_assets.systems import records, strict_json
from talk_assets.systems.port import raw_schema
from talk_assets.systems.stamps import stamp_text, stamps

LAYOUT = records.Layout(id="Id", stamp="Stamp", version="Version", deleted="Gone", id_of=lambda text: text or None)
ENTITY = Entity(
    name="thing",
    system=System.SALESFORCE,
    resource="Thing",
    key_path="Key",
    fields=(
        Field(path="Name"),
        Field(path="Price", wire=Wire.NUMBER),
        Field(path="Count", wire=Wire.INTEGER),
        Field(path="Active", wire=Wire.BOOLEAN),
        Field(path="Address.Lines", wire=Wire.TEXTS),
        Field(path="Owner.Boss.Name"),
    ),
)


EMPTY = {"Key": None, "Name": None, "Price": None, "Count": None, "Active": None, "Address": None, "Owner": None}


def record(**facts):
    own = {"Id": "1", "Stamp": "2024-09-10T14:20:17.000+0000", "Version": 3, "Gone": False}
    return own | EMPTY | facts


def decode(*found, **facts):
    return records.decode(ENTITY, strict_json.parse(strict_json.write(list(found))), LAYOUT, **facts)


def values(*found):
    return decode(*found).frame.select(ENTITY.paths).rows()[0]


def test_every_kind_becomes_wire_text():
    """Texts stay, numbers keep their digits, arrays are compact JSON, dots step into objects."""
    row = values(
        record(
            Key="k",
            Name="Zoë\n",
            Price=strict_json.number("12.3400"),
            Count=7,
            Active=True,
            Address={"Lines": ["a", 'b"']},
            Owner={"Boss": {"Name": "Ada"}},
        )
    )

    assert row == ("Zoë\n", "12.3400", "7", "true", '["a","b\\""]', "Ada")


def test_null_is_null():
    """Null, or a null on the way to a property, is null."""
    assert values(record(Name=None, Address=None, Owner={"Boss": None})) == (None,) * 6


def test_what_a_record_lacks_is_not_empty():
    """A property that the answer leaves out, itself or on the way, says nothing of what the record holds."""
    lacking = record()
    for name in ("Name", "Price", "Count", "Active", "Address", "Owner"):
        lacking.pop(name, None)

    assert values(lacking) == (NOT_SHOWN,) * 6
    assert values(lacking | {"Owner": {"Boss": {}}})[-1] == NOT_SHOWN


@pytest.mark.parametrize("gone", ["Key", "Stamp", "Version", "Gone"])
def test_record_without_a_fact_of_its_own_is_rejected(gone):
    """Without its key a record would be made twice, without its version overwritten, without a flag be alive."""
    lacking = record(Id="2")
    del lacking[gone]
    decoded = decode(record(), lacking)

    assert decoded.frame["_id"].to_list() == ["1"]
    assert [(r.id, r.property) for r in decoded.rejects] == [("2", gone)]


def test_record_told_twice_counts_once():
    """Equal copies are one record, of two the later stamp holds, and two at one moment hold nothing."""
    later = record(Stamp="2024-09-10T14:20:18.000+0000", Name="new")
    same, newer = decode(record(), record()), decode(later, record(Name="old"))
    torn = decode(record(Name="a"), record(Name="b"), record(Id="2"))

    assert same.frame["_id"].to_list() == newer.frame["_id"].to_list() == ["1"]
    assert newer.frame["Name"].to_list() == ["new"]
    assert same.rejects == newer.rejects == ()
    assert torn.frame["_id"].to_list() == ["2"]
    assert [(r.id, r.property) for r in torn.rejects] == [("1", "Stamp")]
    assert (same.kept, newer.kept, torn.kept) == ((0,), (0,), (2,))


def test_whole_numbers_may_be_written_as_decimals():
    """3.0 counts as the whole number 3; 3.5 is none."""
    good = decode(record(Count=strict_json.number("3.0")))
    bad = decode(record(Count=strict_json.number("3.5")))

    assert good.frame["Count"].to_list() == ["3"]
    assert [r.property for r in bad.rejects] == ["Count"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Name", 5),
        ("Name", {"a": 1}),
        ("Price", "12.5"),
        ("Price", True),
        ("Count", False),
        ("Active", "true"),
        ("Active", 1),
        ("Address", {"Lines": "a"}),
        ("Address", {"Lines": ["a", 1]}),
        ("Address", "a"),
        ("Owner", {"Boss": ["Ada"]}),
        ("Stamp", "yesterday"),
        ("Stamp", "2024-09-10T14:20:17"),
        ("Stamp", None),
        ("Key", 5),
    ],
)
def test_other_kinds_reject_their_record_alone(path, value):
    """A record of another shape than declared is set aside whole, raw and named; its neighbours stay."""
    odd = record(Id="2") | {path: value}
    decoded = decode(record(Id="1"), odd, record(Id="3"))
    reject = decoded.rejects[0]

    assert decoded.frame["_id"].to_list() == ["1", "3"]
    assert (reject.entity, reject.id) == ("thing", "2")
    assert reject.property.startswith(path)
    assert strict_json.parse(reject.raw.encode()) == odd


@pytest.mark.parametrize("odd", [{}, "text", None, {"Id": ""}, {"Id": 7}])
def test_records_without_an_id_are_rejected(odd):
    """What cannot be named is kept as a reject and does not stop the page."""
    decoded = decode(record(), odd)

    assert decoded.frame.height == 1
    assert [(r.id, r.property) for r in decoded.rejects] == [("", "Id")]


def test_own_facts_fill_the_first_columns():
    """Id, key, stamp in UTC, version as text and tombstone stand before the properties."""
    frame = decode(record(Key="k", Gone=True, Stamp="2024-09-10T16:20:17.123456+02:00")).frame

    assert dict(frame.schema) == raw_schema(ENTITY)
    assert frame.rows()[0][:6] == ("1", "k", None, datetime(2024, 9, 10, 14, 20, 17, 123456, UTC), "3", True)


def test_constants_stand_in_for_what_an_end_lacks():
    """A property the end does not have is filled, whatever the records hold."""
    decoded = decode(record(Name="given"), constants={"Name": "USD", "Price": None})

    assert decoded.frame.select("Name", "Price").rows() == [("USD", None)]


def test_no_records_give_an_empty_frame_of_the_same_shape():
    """Frames can be put together whatever a page held."""
    both = pl.concat([records.empty(ENTITY), decode().frame, decode(record()).frame])

    assert both.height == 1


def test_late_property_is_not_dropped():
    """A property that first shows in a late record is read (polars infers columns from early ones)."""
    decoded = decode(*[record(Id=str(n)) for n in range(200)], record(Id="x", Name="late"))

    assert decoded.frame["Name"].to_list()[-1] == "late"


def test_body_is_nested_and_exact():
    """Paths become objects again, numbers go out digit by digit, null clears."""
    body = records.encode(
        {
            "Name": "5",
            "Price": "0.10",
            "Count": "3",
            "Active": "false",
            "Address.Lines": '["a"]',
            "Owner.Boss.Name": None,
        },
        records.wires_of(ENTITY),
    )

    assert strict_json.write(body) == (
        b'{"Name":"5","Price":0.10,"Count":3,"Active":false,"Address":{"Lines":["a"]},"Owner":{"Boss":{"Name":null}}}'
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [("Price", "secret"), ("Count", ""), ("Active", "yes"), ("Address.Lines", "[1]"), ("Address.Lines", "[")],
)
def test_body_refuses_text_of_another_kind(path, text):
    """The message names the property and not its value."""
    with pytest.raises(ValueError, match=path) as error:
        records.encode({path: text}, records.wires_of(ENTITY))
    assert not text or text not in str(error.value)


def test_stamps_keep_their_instant():
    """All spellings of one instant are one stamp; what has no zone is none."""
    series = stamps(
        pl.Series(
            ["2024-09-10T14:20:17.000+0000", "2024-09-10T14:20:17Z", "2024-09-10T16:20:17+02:00", "2024-09-10", None]
        )
    )

    assert series[:3].to_list() == [datetime(2024, 9, 10, 14, 20, 17, tzinfo=UTC)] * 3
    assert series[3:].to_list() == [None, None]


@pytest.mark.parametrize("text", ["2024-09-10T14:20:17Z", "2024-09-10T14:20:17.000120Z"])
def test_stamp_text_can_be_read_back(text):
    """A cursor's stamp survives being written down."""
    assert stamp_text(stamps(pl.Series([text]))[0]) == text
