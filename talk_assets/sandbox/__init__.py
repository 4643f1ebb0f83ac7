"""The two embedded systems over real HTTP, and the data they start with."""
