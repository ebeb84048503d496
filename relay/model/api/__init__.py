"""The definition of an API: listeners, endpoints, flows, and their rules."""
