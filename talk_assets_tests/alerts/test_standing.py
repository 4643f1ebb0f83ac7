"""A cause is told once, again after a while, and once more when it is over."""

from datetime import UTC, datetime, timedelta

from talk_assets.alerts.signs import Sign, Trouble
from talk_assets.alerts.standing import due, dumped, loaded, observe, sent

START = datetime(2026, 3, 14, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NEVER = timedelta(0)


def trouble(title="sync_contact failed"):
    return Trouble(title=title, what="It broke.", follows="It goes on.", do="Mend it.", link="http://ui/runs/1")


def stands(cause="run sync_contact", *, at=START, patience=timedelta(0), **about):
    return Sign(cause=cause, at=at, trouble=trouble(**about), patience=patience)


def over(cause="run sync_contact", *, at=START):
    return Sign(cause=cause, at=at, trouble=None)


class Desk:
    """Who hears of what: sends what is due whenever asked."""

    def __init__(self, *, repeat=DAY, works=True):
        self.causes = {}
        self.repeat = repeat
        self.works = works
        self.told = []

    def __call__(self, *signs, now=START):
        self.causes = observe(loaded(dumped(self.causes)), signs)
        message = due(self.causes, now, repeat=self.repeat)
        if message is not None:
            self.told.append(message)
            self.causes = sent(self.causes, message, now, taken=self.works)
        return message


def test_cause_is_told_once_with_all_a_person_needs():
    """What, what happens next, what to do and where; seen again it is no news."""
    desk = Desk()
    message = desk(stands())
    desk(stands(at=START + timedelta(minutes=5)), now=START + timedelta(minutes=5))

    assert len(desk.told) == 1
    assert message.subject == "sync_contact failed"
    assert message.text.splitlines() == [
        "sync_contact failed",
        "It broke.",
        "What happens next: It goes on.",
        "What to do: Mend it.",
        "http://ui/runs/1",
    ]


def test_end_of_a_cause_is_told_to_whoever_heard_of_it():
    """Then it is forgotten, and is news when it comes again."""
    desk = Desk()
    desk(stands())
    solved = desk(over(at=START + timedelta(hours=2)), now=START + timedelta(hours=2))
    again = desk(stands(at=START + DAY), now=START + DAY)

    assert solved.text == "Solved: sync_contact failed\nIt stood from 2026-03-14 09:00 to 2026-03-14 11:00 UTC."
    assert again.subject == "sync_contact failed"


def test_what_passes_by_itself_is_told_only_when_it_lasts():
    """An end that is back in time is nobody's business."""
    desk = Desk()
    patience = timedelta(minutes=15)
    desk(stands("end customerp", patience=patience))
    desk(over("end customerp", at=START + timedelta(minutes=10)), now=START + timedelta(minutes=10))
    assert desk.told == []
    later = START + DAY
    desk(stands("end customerp", at=later, patience=patience), now=later)
    assert desk.told == []
    desk(now=later + patience)

    assert len(desk.told) == 1


def test_standing_cause_is_told_again_after_a_while_or_never():
    """As it is set."""
    daily, once = Desk(), Desk(repeat=NEVER)
    for hour in range(50):
        signs = [] if hour else [stands()]
        daily(*signs, now=START + timedelta(hours=hour))
        once(*signs, now=START + timedelta(hours=hour))

    assert [message.text.partition(":")[0] for message in daily.told[1:]] == ["Still", "Still"]
    assert len(once.told) == 1


def test_several_causes_make_one_message():
    """A morning after a bad night is one mail, not twenty."""
    message = Desk()(stands("a", title="A"), stands("b", title="B"), stands("c", title="C"))

    assert message.subject == "A, and 2 more"
    assert message.text.count("What to do") == 3


def test_what_nobody_took_is_tried_again_but_not_at_once():
    """A webhook that is down is not hammered, and nothing is lost: not the end of a cause either."""
    desk = Desk(works=False)
    desk(stands())
    desk(now=START + timedelta(minutes=1))
    assert len(desk.told) == 1
    desk.works = True
    assert desk(now=START + timedelta(minutes=6)).subject == "sync_contact failed"
    desk.works = False
    assert desk(over(), now=START + timedelta(minutes=7)).subject == "Solved: sync_contact failed"
    desk.works = True
    assert desk(now=START + timedelta(minutes=13)).subject == "Solved: sync_contact failed"
    assert desk(now=START + timedelta(minutes=30)) is None


def test_memory_of_another_form_counts_as_none():
    """At worst something is told twice."""
    assert loaded("") == loaded("[]") == loaded('{"a": {"since": 1}}') == {}
