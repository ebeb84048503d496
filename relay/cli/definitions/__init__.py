"""Definitions as files: what is read, compared with a server, and written to it."""
