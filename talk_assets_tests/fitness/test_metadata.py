"""The project that is deployed to an org gives the rights the sync needs, and no others."""

import json
from xml.etree import ElementTree

from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.fitness.metadata import project
from talk_assets.fitness.needs import needs_of
from talk_assets_tests.cli.conftest import TalkCommand

NAMES = "{http://soap.sforce.com/2006/04/metadata}"
FILES = project(needs_of(PAIRS.values(), LOOKUPS.values()), api_version="62.0")
SET = next(ElementTree.fromstring(text) for name, text in FILES.items() if "permissionset" in name)  # noqa: S314 - ours
RIGHTS = {
    one.find(f"{NAMES}field").text: one.find(f"{NAMES}editable").text == "true"
    for one in SET.findall(f"{NAMES}fieldPermissions")
}


def test_every_file_is_well_formed():
    """XML parses, JSON too."""
    for name, text in FILES.items():
        if name.endswith(".xml"):
            ElementTree.fromstring(text)  # noqa: S314 - ours
    assert json.loads(FILES["sfdx-project.json"])["sourceApiVersion"] == "62.0"


def test_the_key_is_on_every_object_and_in_the_package():
    """Unique and an external id; the manifest names each, and the permission set."""
    objects = {"Account", "Contact", "Opportunity", "Order", "OrderItem", "Product2", "Quote", "QuoteLineItem"}
    fields = {name.split("/")[4]: text for name, text in FILES.items() if "/fields/" in name}
    members = {one.text for one in ElementTree.fromstring(FILES["manifest/package.xml"]).iter(f"{NAMES}members")}  # noqa: S314

    assert set(fields) == objects
    assert all("<unique>true</unique>" in text and "<externalId>true<" in text for text in fields.values())
    assert members == {f"{name}.ERP_External_Id__c" for name in objects} | {"Talk_Assets"}


def test_what_is_written_can_be_edited_and_nothing_else():
    """Written out once more by hand for one object; derived fields are read only everywhere."""
    contact = {name.split(".")[1]: edit for name, edit in RIGHTS.items() if name.startswith("Contact.")}
    written = {
        "AccountId",
        "Birthdate",
        "Department",
        "Description",
        "ERP_External_Id__c",
        "Email",
        "HasOptedOutOfEmail",
    }
    assert contact == dict.fromkeys({*written, "HomePhone", "MailingAddress", "MobilePhone", "Phone", "Title"}, True)
    derived = {"Quote.GrandTotal", "Quote.Subtotal", "Quote.TotalPrice", "Quote.AccountId", "OrderItem.TotalPrice"}
    assert {name: RIGHTS[name] for name in derived} == dict.fromkeys(derived, False)


def test_nothing_may_be_deleted_and_all_records_are_not_opened():
    """Rights on objects are create, read and edit; price books are only edited."""
    rights = {one.find(f"{NAMES}object").text: one for one in SET.findall(f"{NAMES}objectPermissions")}

    assert set(rights) == {"Account", "Contact", "Opportunity", "Order", "Pricebook2", "Product2", "Quote"}
    for right in ("allowDelete", "modifyAllRecords", "viewAllRecords"):
        assert {one.find(f"{NAMES}{right}").text for one in rights.values()} == {"false"}


def test_the_command_writes_it_and_overwrites_nothing(tmp_path):
    """Into a new directory; one with content is refused."""
    talk = TalkCommand(tmp_path)
    written = talk.run("salesforce", "metadata", "--out", "project", TALK_SALESFORCE_EXTERNAL_ID_FIELD="Own_Key__c")
    again = talk.run("salesforce", "metadata", "--out", "project")

    assert written.returncode == 0
    assert (tmp_path / "project/force-app/main/default/objects/Contact/fields/Own_Key__c.field-meta.xml").exists()
    assert again.returncode == 2
    assert "is not empty" in again.stderr
