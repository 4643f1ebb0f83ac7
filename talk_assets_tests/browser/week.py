"""A week of syncs between two ends in memory, for a picture of its report: people edit, and some values do not fit."""

from datetime import timedelta
from random import Random

from talk_assets.reports.quality.gather import gather
from talk_assets.reports.quality.page import page
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE, Twins

DAYS = 7
TOO_LONG = "x" * 70


def report():
    """Return the data-quality report after that week, as HTML."""
    twins, chance = Twins(), Random(2)  # noqa: S311 - the same week each time
    ours = [twins.add("contact", SALESFORCE, last_name=f"n{n}", email=f"n{n}@a.example") for n in range(110)]
    theirs = [twins.add("contact", CUSTOMERP, last_name=f"m{n}", email=f"m{n}@b.example") for n in range(80)]
    for number in range(40):
        twins.add("product", CUSTOMERP, name=f"Pump {number}", product_code=f"P{number}", list_price="10.00")
    twins.cycle()
    for day in range(DAYS):
        for _ in range(2):
            twins.clock.tick(12 * 3600)
            for one in chance.sample(ours, 4):
                twins.edit("contact", SALESFORCE, one, job_title=f"Title {day}")
            for one in chance.sample(theirs, 3):
                twins.edit("contact", CUSTOMERP, one, first_name=chance.choice(["Ada", "Ida", TOO_LONG]))
            twins.clock.tick(chance.randint(20, 200))
            twins.cycle()
    figures = gather(twins.db, tuple(twins.pairs.values()), now=twins.clock(), period=timedelta(days=30))
    twins.db.close()
    return page(figures)
