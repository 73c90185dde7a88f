"""The benchmark: starts a sandbox of its own, works it from other processes, and prints one table."""
