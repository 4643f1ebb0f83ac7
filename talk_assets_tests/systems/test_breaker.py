"""The breaker."""

from talk_assets.systems.breaker import RESTS, TRIPS_AFTER, Breaker


class Timer:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_breaker_opens_after_failures_in_a_row():
    """An answer in between starts the count again."""
    breaker = Breaker(timer=Timer())
    for _ in range(TRIPS_AFTER - 1):
        breaker.failed()
    breaker.worked()
    for _ in range(TRIPS_AFTER - 1):
        breaker.failed()
    before = breaker.allows()
    breaker.failed()

    assert before
    assert not breaker.allows()
    assert breaker.is_open


def test_one_call_tests_the_end_after_the_rest():
    """After the rest one call goes out; only its answer lets the others through."""
    timer = Timer()
    breaker = Breaker(timer=timer)
    for _ in range(TRIPS_AFTER):
        breaker.failed()
    timer.now += RESTS
    first, second = breaker.allows(), breaker.allows()
    breaker.worked()

    assert (first, second) == (True, False)
    assert breaker.allows()
