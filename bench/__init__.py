"""Benchmarks: what a cycle costs, in API calls, bytes, CPU and memory. Run with `python -m bench`."""
