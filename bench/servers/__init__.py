"""The servers that a benchmark compares."""
