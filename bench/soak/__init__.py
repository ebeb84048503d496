"""A soak: Relay under clients that come and go for minutes."""
