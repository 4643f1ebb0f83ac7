"""Rules of what a port says of its end and of itself."""

from talk_assets.testing.rule import Rule, claim, expect
from talk_assets.testing.subject import Subject


def identity_is_one_and_the_same(subject: Subject) -> None:
    """An end says who it is, the same on every connection, and asking again costs no call."""
    first = subject.port.identify()
    calls = subject.port.calls.total

    claim(bool(first.tenant) and bool(first.name), "an end has a tenant and a name")
    expect("identity when asked again", found=subject.port.identify(), wanted=first)
    expect("calls for asking again", found=subject.port.calls.total - calls, wanted=0)
    with subject.elsewhere() as port:
        expect("tenant on another connection", found=port.identify().tenant, wanted=first.tenant)


def calls_are_counted(subject: Subject) -> None:
    """Reads and writes are counted as they are made, writes apart, and being ready costs none."""
    kind = subject.record
    before = (subject.port.calls.total, subject.port.calls.writes)
    subject.port.ready()
    expect("calls for being ready", found=subject.port.calls.total - before[0], wanted=0)
    subject.made(kind)
    written = (subject.port.calls.total, subject.port.calls.writes)
    subject.fetched(kind)

    claim(written[0] > before[0] and written[1] > before[1], "a write is counted among all calls and as a write")
    claim(subject.port.calls.total > written[0], "a fetch is counted")
    expect("writes counted for a fetch", found=subject.port.calls.writes - written[1], wanted=0)


def closing_leaves_the_end_to_others(subject: Subject) -> None:
    """A port may be closed twice, and what others hold open goes on."""
    port = subject.another()
    port.identify()
    port.close()
    port.close()

    claim(subject.read(subject.record, subject.made(subject.record)) is not None, "another connection still works")


STANDING = (
    Rule.of(identity_is_one_and_the_same),
    Rule.of(calls_are_counted),
    Rule.of(closing_leaves_the_end_to_others),
)
