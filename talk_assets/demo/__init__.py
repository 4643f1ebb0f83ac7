"""The demonstration's parts: edits on each side by plain HTTP, and the proof that both systems agree."""
