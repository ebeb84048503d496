"""The management REST API: Klein routes over the store."""
