"""Merges in Salesforce over real HTTP and the whole engine: links follow, nobody is doubled, nothing is lost."""

import contextlib

import pytest

from talk_assets.model.failpoints import WATCHERS
from talk_assets.model.system import System
from talk_assets.store import links
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.world import ContactWorld

SALESFORCE, CUSTOMERP = System


class Killed(BaseException):
    """The run is gone."""


@pytest.fixture(scope="module")
def world():
    with Served() as served:
        made = ContactWorld(served)
        yield made
        made.close()


@pytest.fixture(params=[None, "links committing", "plan committed"])
def run(request, world):
    """Run a cycle; once, where a place is given, a run before it dies there, if it comes so far."""

    def die(name):
        if name == request.param:
            raise Killed(name)

    def cycle():
        world.later()
        if request.param is not None:
            WATCHERS.append(die)
            try:
                with contextlib.suppress(Killed):
                    world.cycle()
            finally:
                WATCHERS.remove(die)
        return world.cycle()[0]

    return cycle


def merge(world, kept, *lost):
    """What a Salesforce user does in its pages."""
    path = "/services/data/v62.0/sandbox/merge"
    body = {"masterId": kept, "loserIds": list(lost)}
    world.served.salesforce._http.post(path, json=body).raise_for_status()


def linked(world, name, title="Before"):
    """A contact in both systems: its ids at Salesforce and at Customerp."""
    world.make("customerp", name, title)
    world.later()
    assert world.cycle()[0] == 0
    world.later()
    return world.id("salesforce", name), world.id("customerp", name)


def counterpart(world, record):
    found = links.by_record(world.db, world.declared[0]["contact"], SALESFORCE, [record])
    return found["customerp_id"].to_list()


def quiet(world):
    """Nothing is left to write."""
    before = world.writes()
    world.later()
    world.cycle()
    return world.writes() == before


def test_a_new_double_that_takes_in_a_linked_contact_takes_its_link(world, run):
    """Its values travel like edits, an edit at Customerp meanwhile travels too, and no second contact is made."""
    name = world.token()
    here, there = linked(world, name)
    double = world.served.salesforce.create("Contact", LastName=name, Title="Boss")
    merge(world, double, here)
    world.later()
    world.served.customerp.update("contacts", there, {"department": "North"})

    assert run() == 0
    assert (counterpart(world, double), counterpart(world, here)) == ([there], [])
    assert world.titles("customerp", name) == world.titles("salesforce", name) == ["Boss"]
    assert [row["Department"] for row in world.rows("salesforce", name)] == ["North"]
    assert quiet(world)


def test_a_new_double_that_is_taken_in_leaves_no_trace(world, run):
    """It was never read: the linked contact stays as it is."""
    name = world.token()
    here, there = linked(world, name)
    double = world.served.salesforce.create("Contact", LastName=name, Title="Double")
    merge(world, here, double)

    assert run() == 0
    assert counterpart(world, here) == [there]
    assert world.titles("customerp", name) == world.titles("salesforce", name) == ["Before"]
    assert quiet(world)


def test_two_linked_contacts_that_become_one_are_left_to_a_person(world, run):
    """Nothing is written for the one that lost its own; once a person deletes it, all is at rest."""
    first, second = world.token(), world.token()
    kept, (lost, there) = linked(world, first)[0], linked(world, second)
    merge(world, kept, lost)
    world.served.customerp.update("contacts", there, {"jobTitle": "After"})
    run()

    assert world.titles("salesforce", first) == ["Before"]
    assert world.titles("salesforce", second) == []
    assert (world.titles("customerp", first), world.titles("customerp", second)) == (["Before"], ["After"])
    assert quiet(world)
    world.served.customerp._change("DELETE", f"/contacts/{there}", f"/contacts/{there}", None)
    assert quiet(world)
    assert world.titles("salesforce", first) == world.titles("customerp", first) == ["Before"]


def test_the_surviving_contact_takes_the_place_of_one_that_a_person_deletes(world, run):
    """Of two linked contacts that became one, Customerp may keep either: its record goes on being synced."""
    first, second = world.token(), world.token()
    (kept, theirs), (lost, there) = linked(world, first), linked(world, second)
    merge(world, kept, lost)
    world.later()
    world.cycle()
    world.served.customerp._change("DELETE", f"/contacts/{theirs}", f"/contacts/{theirs}", None)
    run()
    world.later()
    world.cycle()

    assert counterpart(world, kept) == [there]
    assert len(world.rows("salesforce", first)) == 1
    (row,) = [row for row in world.served.customerp.all("contacts") if row["id"] == there]
    assert row["familyName"] == first
    assert quiet(world)


def test_merged_accounts_change_the_company_of_their_contacts(world, run):
    """The contact of the Account that was taken in belongs to the other company now, on both ends."""
    name, kept, lost = world.token(), world.token(), world.token()
    make = world.served.salesforce.create
    winner, loser = (make("Account", Name=company) for company in (kept, lost))
    make("Contact", LastName=name, AccountId=loser)
    world.later()
    assert world.cycle()[0] == 0
    merge(world, winner, loser)

    assert run() == 0
    (row,) = [row for row in world.served.customerp.all("contacts") if row["familyName"] == name]
    assert row["companyName"] == kept
    assert quiet(world)
