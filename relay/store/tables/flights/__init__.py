"""Flight records: what happened to each exchange."""
