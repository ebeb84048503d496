"""The endpoint groups of an API, and the options of its endpoints."""
