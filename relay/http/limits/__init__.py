"""The bounds of a client: memory, rate, and the time without progress."""
