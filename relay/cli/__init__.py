"""``relay``: the command line of the management API, of definitions and of streams."""
