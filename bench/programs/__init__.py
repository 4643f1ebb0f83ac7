"""What is measured: ours, and the limit that the same libraries set when they do nothing else."""
