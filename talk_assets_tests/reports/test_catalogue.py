"""The property catalogue says what the declarations say, and the reference holds it."""

from pathlib import Path

import pytest

from talk_assets.entities import PAIRS
from talk_assets.reports.catalogue import BEGIN, END, catalogue, main, placed, section

REFERENCE = Path(__file__).parents[2] / "docs/reference.md"


def row(pair, name):
    """The cells of a property's row in its pair's section."""
    text = section(PAIRS[pair], parent=PAIRS.get(PAIRS[pair].parent))
    line = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_reference_holds_the_catalogue_of_the_declarations():
    """Who changes a declaration runs `make reference`."""
    text = REFERENCE.read_text(encoding="utf-8")

    assert placed(text, catalogue()) == text


def test_every_property_has_one_row():
    """Quality assurance works through the table, so nothing may be missing."""
    rows = [line for line in catalogue().splitlines() if line.startswith("| `")]

    assert len(rows) == sum(len(pair.properties) for pair in PAIRS.values())


@pytest.mark.parametrize(
    ("pair", "name", "said"),
    [
        ("contact", "email", "First match key."),
        ("contact", "phone", "Second match key, with `last_name` and `first_name`."),
        ("order", "purchase_order_number", "Match key, with `contact`."),
        ("order", "contact", "Refers to the contact; written once that is linked."),
        ("order", "quote", "Settled in Salesforce and in Customerp when the record is created."),
        ("order", "company", "Locked in Salesforce while the order is confirmed."),
        ("order", "total", "Derived: compared, never written."),
        ("order_line", "quantity", "Salesforce holds 2 of 4 decimals; rounded half-even on the way there."),
        ("order_line", "product", "Written as the product's entry in the document's price book, made if missing."),
        ("product", "list_price", "Lives on the product's entry in the standard price book, made if missing."),
        ("product", "active", "Customerp: `active` = `true`, `discontinued` = `false`."),
        ("product", "unit", "33 values are translated for Salesforce."),
        ("contact", "company", "Lives on the Account: found by our key or its name, else created."),
        ("contact", "salutation", "Salesforce: `Mr.` = `mr`,"),
        ("quote", "currency", "Both ends must hold the same before a record is created."),
        ("order", "order_date", "Required by Salesforce and Customerp."),
    ],
)
def test_rules_are_said_in_plain_words(pair, name, said):
    """Each kind of rule a declaration can hold is told with the property."""
    assert said in row(pair, name)[5]


def test_a_row_names_both_ends_and_the_data_type():
    """The columns are those of a dataflow document."""
    assert row("contact", "last_name")[:5] == ["`last_name`", "`LastName`", "`familyName`", "string(80)", "both ways"]


def test_a_plain_property_has_no_rule():
    """A property that is only copied says so with a dash."""
    assert row("contact", "city")[5] == "—"


def test_sections_tell_what_locks_records_and_lines():
    """Status rules stand above the table: of the document, and with its lines."""
    quote, line = section(PAIRS["quote"]), section(PAIRS["order_line"], parent=PAIRS["order"])

    assert "In Salesforce only the status can change while it is accepted or declined." in quote
    assert "In Customerp lines are locked while the order is cancelled or confirmed." in line
    assert "Salesforce `OrderItem` ⇄ Customerp `orders.lines[]`" in line


def test_only_what_stands_between_the_markers_is_replaced():
    """The rest of a document is its author's."""
    assert placed(f"Above\n{BEGIN}\nold\n{END}\nBelow\n", "new") == f"Above\n{BEGIN}\n\nnew\n\n{END}\nBelow\n"


def test_a_document_without_markers_gets_them_at_its_end():
    """The first run makes the place that later runs fill."""
    text = placed("Title\n", "new")

    assert text == f"Title\n\n## Reference\n\n{BEGIN}\n\nnew\n\n{END}\n"
    assert placed(text, "newer") == text.replace("new", "newer")


@pytest.mark.parametrize("text", [BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{END}", f"{BEGIN}{BEGIN}{END}"])
def test_broken_markers_are_refused(text):
    """Nothing is replaced where it is unclear what."""
    with pytest.raises(ValueError, match="must each stand once"):
        placed(text, "new")


def test_the_command_prints_or_writes(tmp_path, capsys):
    """Without a file the catalogue is printed."""
    document = tmp_path / "document.md"
    document.write_text("Title\n")
    main(["--write", str(document)])
    main([])

    assert document.read_text() == placed("Title\n", catalogue())
    assert capsys.readouterr().out == catalogue() + "\n"
