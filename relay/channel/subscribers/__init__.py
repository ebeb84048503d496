"""The readers of a channel: their entries, encoding and pace."""
