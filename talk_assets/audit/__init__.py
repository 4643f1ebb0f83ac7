"""Whether both ends really are in step, and where they are not, why."""
