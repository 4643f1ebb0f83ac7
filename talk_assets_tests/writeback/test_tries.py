"""Tries and last looks: nothing is sent for ever, nothing is overwritten unseen, nothing unread is believed."""

from dataclasses import replace

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.changes import Op, Outcome, Problem, Receipt
from talk_assets.model.errors import PeerUnavailableError
from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets.store import conflict_log, links, quarantine, selfcheck
from talk_assets.systems.port import Page, Written
from talk_assets_tests.shop import Shop
from talk_assets_tests.twins import Twins, WatchedPort

SALESFORCE, CUSTOMERP = System


class LockedPort(WatchedPort):
    """Takes no update while *problem* is set."""

    problem = Problem(code="UNABLE_TO_LOCK_ROW", message="locked")
    asked = 0

    def write(self, entity, batch):
        if self.problem is None or batch[0].op is not Op.UPDATE:
            return super().write(entity, batch)
        self.asked += 1
        told = Receipt(intent_id="", outcome=Outcome.NOT_APPLIED, problem=self.problem)
        return Written(receipts=tuple(replace(told, intent_id=w.intent_id) for w in batch), stored=Page(frames={}))


class BlindPort(WatchedPort):
    """Writes and cannot be read back."""

    blind = True

    def write(self, entity, batch):
        written = super().write(entity, batch)
        return replace(written, stored=Page(frames={})) if self.blind else written


class MutePort(WatchedPort):
    """Writes and never answers."""

    mute = True

    def write(self, entity, batch):
        written = super().write(entity, batch)
        if not self.mute:
            return written
        lost = Problem(code="NO_ANSWER", message="no answer")
        receipts = tuple(replace(r, outcome=Outcome.AMBIGUOUS, problem=lost) for r in written.receipts)
        return Written(receipts=receipts, stored=Page(frames={}))


def linked(port=WatchedPort, pairs=PAIRS):
    twins = Twins(pairs=pairs)
    record = twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Before")
    twins.cycle(pairs=["contact"])
    there = twins.other("contact", CUSTOMERP, record)
    twins.ends[SALESFORCE].__class__ = port
    return twins, record, there


def test_the_ninth_try_is_not_made():
    """Eight tries, then quarantine with the last answer; the next edit of the record has tries of its own."""
    twins, record, there = linked(LockedPort)
    end = twins.ends[SALESFORCE]
    twins.edit("contact", CUSTOMERP, record, job_title="After")
    codes = [twins.cycle(pairs=["contact"]).exit_code for _ in range(10)]

    assert codes == [4] * 8 + [1] * 2
    assert end.asked == 8
    (reason,) = quarantine.entries(twins.db, "contact")["reason"].to_list()
    assert "8 tries" in reason
    assert "locked" in reason
    end.problem = None
    twins.edit("contact", CUSTOMERP, record, job_title="Later")
    assert twins.cycle(pairs=["contact"]).exit_code == 0
    assert twins.get("contact", SALESFORCE, there)["job_title"] == "Later"


def test_an_end_that_asks_for_time_gets_it():
    """A write is not tried again before the end said so, and being asked to wait is no try."""
    twins, record, _ = linked(LockedPort)
    end = twins.ends[SALESFORCE]
    end.problem = Problem(code="BUSY", message="later", wait=600)
    twins.edit("contact", CUSTOMERP, record, job_title="After")
    for _ in range(3):
        assert twins.cycle(pairs=["contact"]).exit_code == 4
    assert end.asked == 1
    for _ in range(9):
        twins.clock.tick(600)
        twins.cycle(pairs=["contact"])

    assert end.asked == 10
    assert quarantine.count(twins.db, "contact") == 0


def test_an_edit_that_our_write_overwrites_is_kept_in_the_conflict_log():
    """Between the last look and the write, an end that cannot compare loses an edit; both values stay known."""
    twins, record, there = linked()
    twins.edit("contact", CUSTOMERP, record, job_title="Ours")

    def meddle(_, kind, moment):
        if (kind, moment) == ("write", "before"):
            twins.ends[SALESFORCE].edit("contact", there, {"Title": "Theirs"})

    twins.ends[SALESFORCE].step = meddle
    twins.cycle(pairs=["contact"])

    (conflict,) = conflict_log.entries(twins.db, "contact").to_dicts()
    assert (conflict["salesforce_value"], conflict["customerp_value"]) == ("Theirs", "Ours")
    assert conflict["winner"] == "customerp"


def test_an_edit_of_a_record_that_our_deletion_takes_is_kept_in_the_conflict_log():
    """It came after the last look at the record: what it said is known, though the record is gone."""
    pairs = dict(PAIRS) | {"contact": replace(PAIRS["contact"], deletes=DeletePolicy.PROPAGATE)}
    twins, record, there = linked(pairs=pairs)
    twins.remove("contact", CUSTOMERP, record)

    def meddle(_, kind, moment):
        if (kind, moment) == ("write", "before"):
            twins.ends[SALESFORCE].edit("contact", there, {"Title": "Theirs"})

    twins.ends[SALESFORCE].step = meddle
    twins.cycle(pairs=["contact"])

    assert twins.live("contact", SALESFORCE) == {}
    (conflict,) = conflict_log.entries(twins.db, "contact").to_dicts()
    assert (conflict["property"], conflict["salesforce_base"]) == ("job_title", "Before")
    assert (conflict["salesforce_value"], conflict["customerp_value"]) == ("Theirs", None)
    assert conflict["winner"] == "customerp"


def test_a_look_older_than_two_seconds_is_taken_again():
    """An edit that comes while a batch waits for its turn is seen, and nothing of it is overwritten."""
    twins, record, there = linked()
    twins.edit("contact", CUSTOMERP, record, job_title="Ours")
    looks = []

    def dawdle(_, kind, moment):
        if (kind, moment) == ("read", "after"):
            looks.append(twins.clock.now)
            twins.clock.tick(3)
            if len(looks) == 1:
                twins.ends[SALESFORCE].edit("contact", there, {"Title": "Theirs"})

    twins.ends[SALESFORCE].step = dawdle
    twins.cycle(pairs=["contact"])

    assert len(looks) >= 2
    sent = [values for _, _, op, values in twins.sent(SALESFORCE) if op == "update"]
    assert {"Title": "Ours"} not in sent
    assert {twins.get("contact", end, i)["job_title"] for end, i in ((SALESFORCE, there), (CUSTOMERP, record))} == {
        "Theirs"
    }


def test_a_record_that_could_not_be_read_back_is_not_taken_for_deleted():
    """Where deletions travel, a creation without its reading back deletes nothing, and is adopted next time."""
    pairs = dict(PAIRS) | {"contact": replace(PAIRS["contact"], deletes=DeletePolicy.PROPAGATE)}
    twins, _, _ = linked(BlindPort, pairs)
    twins.add("contact", CUSTOMERP, last_name="Dahl")
    assert twins.cycle(pairs=["contact"]).exit_code == 4
    twins.ends[SALESFORCE].blind = False
    twins.cycle(pairs=["contact"])

    assert [sorted(row["last_name"] for row in twins.live("contact", s).values()) for s in System] == [
        ["Berg", "Dahl"],
        ["Berg", "Dahl"],
    ]
    assert "delete" not in {op for _, _, op, _ in twins.sent()}


def test_an_update_without_an_answer_does_not_beat_the_next_edit():
    """Our own value, read back, is no edit: what a person wrote on the other end meanwhile goes through."""
    twins, record, there = linked(MutePort)
    end = twins.ends[SALESFORCE]
    twins.edit("contact", CUSTOMERP, record, job_title="First")

    def meddle(_, kind, moment):
        # Just before our update arrives, so that its stamp is the later one.
        if (kind, moment) == ("write", "before"):
            twins.ends[CUSTOMERP].edit("contact", record, {"jobTitle": "Second"})
            twins.clock.tick(5)

    end.step = meddle
    twins.cycle(pairs=["contact"])
    end.step, end.mute = None, False
    twins.cycle(pairs=["contact"])

    assert twins.get("contact", SALESFORCE, there)["job_title"] == "Second"
    assert twins.get("contact", CUSTOMERP, record)["job_title"] == "Second"
    assert conflict_log.entries(twins.db, "contact").is_empty()


def test_unanswered_creation_is_asked_for_once_where_no_key_tells_of_it():
    """The document's second turn in the run, which is for its status, leaves it to the next run, which looks for it."""
    twins = Twins()
    end = twins.ends[CUSTOMERP]
    end.__class__ = MutePort
    end.capabilities = replace(end.capabilities, keeps_keys=False)
    twins.add("order", SALESFORCE, order_date="2026-03-01", company="Acme")

    assert twins.cycle(pairs=["order"]).tallies["order"].postponed == 1

    assert [(entity, op) for _, entity, op, _ in twins.sent(CUSTOMERP)] == [("order", Op.CREATE)]


def test_an_edit_over_an_unanswered_update_beats_no_value_unlogged_that_the_origin_took_back():
    """What arrived unknown to us was edited there, and taken back here: who edited saw it, so both are kept."""
    twins, record, there = linked(MutePort)
    end = twins.ends[SALESFORCE]
    twins.edit("contact", CUSTOMERP, record, department="Sent")
    twins.cycle(pairs=["contact"])
    end.mute = False
    twins.edit("contact", CUSTOMERP, record, department=None)
    twins.edit("contact", SALESFORCE, there, department="Edited")
    twins.cycle(pairs=["contact"])

    (conflict,) = conflict_log.entries(twins.db, "contact").to_dicts()
    assert (conflict["salesforce_value"], conflict["customerp_value"]) == ("Edited", None)
    assert twins.get("contact", CUSTOMERP, record)["department"] == "Edited"
    twins.settle(1)


def test_a_copy_deleted_before_we_knew_of_it_is_not_made_again():
    """A creation without an answer is found at the next start, and deleted by a person while that run reads."""
    twins, _, _ = linked(MutePort)
    record = twins.add("contact", CUSTOMERP, last_name="Dahl")
    twins.cycle(pairs=["contact"])
    end = twins.ends[SALESFORCE]
    (copy,) = (i for i, row in twins.live("contact", SALESFORCE).items() if row["last_name"] == "Dahl")

    def delete(_, kind, moment):
        if (kind, moment) == ("fetch", "before") and end.get("contact", copy) is not None:
            end.remove("contact", copy)

    end.step, end.mute = delete, False
    report = twins.settle()

    assert [row["last_name"] for row in twins.live("contact", SALESFORCE).values()] == ["Berg"]
    assert twins.other("contact", CUSTOMERP, record) == copy
    assert report.plan.is_empty()


@pytest.mark.parametrize("system", System)
def test_a_document_that_was_not_read_back_is_linked_with_its_lines_by_the_next_run(twins, system):
    """Until then nothing counts as made, neither it nor a line of it, and the store does not contradict itself."""
    shop = Shop(twins)
    there = twins.ends[system.other]
    there.__class__ = BlindPort
    order = shop.order(system, shop.line(system), shop.line(system, quantity="3"))

    def ready():
        if twins.live("order", system.other):
            raise PeerUnavailableError("It is gone before the document is looked for.")

    there.ready = ready
    with pytest.raises(PeerUnavailableError):
        shop.cycle()

    assert links.by_record(twins.db, twins.pairs["order"], system, [order]).is_empty()
    assert selfcheck.problems(twins.db, twins.pairs.values(), finished=False).is_empty()
    there.blind = False
    del there.ready
    shop.cycle()
    assert list(twins.live("order", system.other)) == [twins.other("order", system, order)]
    assert {twins.other("order_line", system, line) for line in shop.lines(system)} == set(shop.lines(system.other))
    assert len(shop.lines(system.other)) == 2
    assert selfcheck.problems(twins.db, twins.pairs.values(), finished=True).is_empty()
