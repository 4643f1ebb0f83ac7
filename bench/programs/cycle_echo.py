"""The cycle after one with 1,000 contacts edited at each end: it reads what was written, and writes nothing."""

from bench.programs.cycle_ours import main

main(1000, echo=True)
