"""What one port of a Customerp leaves to the next one of the same process."""

import json

import pytest

from talk_assets.entities import entity_of
from talk_assets.model.changes import Op, Write
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.sandbox.customerp import CustomerpSettings
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.customerp.remembered import KEPT_SECONDS, Remembered

CONTACT = entity_of("contact", System.CUSTOMERP)
START = json.dumps({"seq": 0})


def port_of(url, remembered, patience=None):
    key = CustomerpSettings().api_key
    login = CustomerpLogin(url=url, api_key=key)
    return CustomerpPort(login=login, entities={"contact": CONTACT}, remembered=remembered, patience=patience)


def info(tenant):
    return json.dumps({"tenant": tenant, "name": "An ERP"}).encode()


def feed(**told):
    return json.dumps({"items": [], "last": 0} | told).encode()


def test_the_next_port_asks_the_feed_alone(customerp):
    """Who it is and what it can do is asked again when it was long ago."""
    clock = [0.0]
    memory = Remembered(timer=lambda: clock[0])
    newest = json.dumps({"seq": customerp.port._feed.newest()})
    asked = []
    for seconds in (0.0, KEPT_SECONDS, KEPT_SECONDS + 1):
        clock[0] = seconds
        port = port_of(customerp.url, memory)
        identity = port.identify()
        list(port.fetch(CONTACT, newest))
        asked.append(dict(port.calls.by_kind))
        port.close()

    assert identity == customerp.port.identify()
    assert asked == [{"info": 1, "changes": 1}, {"changes": 1}, {"info": 1, "changes": 1}]


def test_of_an_end_that_does_not_name_itself_in_its_feed_nothing_is_remembered(peer, answer, patience):
    """Whether it is still the same can only be asked."""
    one = peer(answer(info("acme")), answer(feed()))
    memory = Remembered()
    port = port_of(one.url, memory, patience)
    port.identify()
    list(port.fetch(CONTACT, START))

    assert memory.description is None


@pytest.mark.parametrize("told", [{"tenant": "another"}, {}])
@pytest.mark.parametrize("what", ["fetch", "write"])
def test_another_tenant_than_was_remembered_is_neither_read_nor_written(peer, answer, patience, what, told):
    """Another data set under the old address shows in the first answer, before anything of it is used."""
    one = peer(answer(info("acme")), answer(feed(tenant="acme")), answer(feed(**told)))
    memory = Remembered()
    first = port_of(one.url, memory, patience)
    first.identify()
    list(first.fetch(CONTACT, START))
    port = port_of(one.url, memory, patience)
    assert port.identify().tenant == "acme"
    write = Write(intent_id="i1", entity="contact", op=Op.CREATE, values={"familyName": "Byron"}, key="k1")

    with pytest.raises(ConfigurationError, match="another tenant"):
        list(port.fetch(CONTACT, START)) if what == "fetch" else port.write(CONTACT, [write])

    assert memory.description is None
    assert [head.split(" ")[0] for head, _ in one.requests] == ["GET"] * 3
