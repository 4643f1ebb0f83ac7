"""`talk verify` and `talk docs` as a person has them."""

import json
from datetime import UTC, datetime

from talk_assets.cli.verify import _show
from talk_assets.model.system import System
from talk_assets.verify.results import Finding, Item, Operation, Outcome, Results

NOWHERE = {
    "TALK_SALESFORCE_URL": "http://127.0.0.1:9",
    "TALK_SALESFORCE_CLIENT_ID": "id",
    "TALK_SALESFORCE_CLIENT_SECRET": "secret-of-nobody",
    "TALK_CUSTOMERP_URL": "http://127.0.0.1:9",
    "TALK_CUSTOMERP_API_KEY": "key-of-nobody",
}


def test_probes_are_not_written_unless_somebody_agreed(talk):
    """Without a terminal to ask on, and without --yes, what would be written is told and nothing is."""
    asked = talk.run("verify", "--live", "--pair", "order", **NOWHERE)

    assert asked.returncode == 2
    assert "TALK-VERIFY" in asked.stderr
    assert "This writes 12 probe records (product, contact, quote, quote_line, order, order_line: one on each end)" in (
        " ".join(asked.stderr.split())
    )
    assert "Nothing was written. Add --yes" in asked.stderr
    assert asked.stdout == ""


def test_embedded_systems_are_verified_without_any_setting(talk):
    """One command shows that every row holds, and keeps the results in three forms."""
    asked = talk.run(
        "verify", "--embedded", "--pair", "product", "--json", "v.json", "--html", "v.html", "--junit", "v.xml"
    )
    told = json.loads((talk.folder / "v.json").read_text())

    assert asked.returncode == 0, asked.stderr
    assert told["mode"] == "live"
    assert told["counts"]["fail"] == 0
    assert told["counts"]["pass"] == 44
    assert "product  product_code" in asked.stdout
    assert "made and deleted again" in asked.stdout
    assert (talk.folder / "v.html").read_text().startswith("<!DOCTYPE html>")
    assert 'tests="50"' in (talk.folder / "v.xml").read_text()


def test_a_failed_row_is_shown_with_its_evidence(capsys):
    """Who reads the terminal alone knows which property, where, and what was there instead."""
    item = Item(pair="contact", property="department", origin=System.CUSTOMERP, operation=Operation.UPDATE)
    failed = Finding(
        item=item,
        outcome=Outcome.FAIL,
        reason="Salesforce holds another value",
        written="Engines",
        expected="Engines",
        found="Engin",
    )
    found = Results(
        live=True,
        tag="a1",
        version="0" * 16,
        started=datetime(2026, 3, 14, tzinfo=UTC),
        seconds=1.0,
        findings=(failed,),
        left=("Customerp contacts 7: LOCKED",),
        broken="Customerp went away.",
    )

    _show(found, show=True)
    shown = capsys.readouterr().out

    assert (
        "contact.department  Customerp → Salesforce  update  Engines  Engines   Engin  Salesforce holds another"
        in shown
    )
    assert "It ended early: Customerp went away." in shown
    assert "Could not be cleaned up, delete it by hand: Customerp contacts 7: LOCKED" in shown


def test_a_record_that_an_org_refuses_is_one_failure_with_the_orgs_words(talk):
    """Not a screen full of the same; and the shape is the embedded org's, which has to be asked for."""
    shown = talk.run("verify", "--embedded", "--org", "required-fields", "--pair", "contact")
    refused = talk.run("verify", "--org", "required-fields")

    assert shown.returncode == 1, shown.stderr
    assert "18 of contact: salutation, first_name" in shown.stdout
    assert shown.stdout.count("REQUIRED_FIELD_MISSING).") == 1
    assert "4 records marked TALK-VERIFY" in shown.stdout
    assert (refused.returncode, "Add --embedded." in refused.stderr) == (2, True)


def test_documents_are_written_where_asked(talk):
    """`talk docs` needs no settings and names the files it made."""
    made = talk.run("docs", "--out", "papers/dataflow")

    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (talk.folder / "papers" / "dataflow").iterdir()) == [
        "customerp-to-salesforce.html",
        "customerp-to-salesforce.md",
        "customerp-to-salesforce.rst",
        "salesforce-to-customerp.html",
        "salesforce-to-customerp.md",
        "salesforce-to-customerp.rst",
    ]
    assert made.stdout.splitlines()[0].endswith("salesforce-to-customerp.rst")
