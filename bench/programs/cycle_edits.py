"""A cycle with 1,000 contacts edited at each end."""

from bench.programs.cycle_ours import main

main(1000)
