"""Definitions as files: what each dialect says, in the JSON of the management API."""
