"""The data-quality report: how far both ends are in step, what waits and why, what the sync costs, how fast it is."""
