"""The checklist that the declarations make, and what works through it: on probes of its own, or on a sample."""
