"""A probe of a target: what it answers, and how often it sends a heartbeat."""
