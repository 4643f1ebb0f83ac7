"""A cycle that reads both ends whole and finds that nothing changed."""

from bench.programs.cycle_ours import main

main(full=True)
