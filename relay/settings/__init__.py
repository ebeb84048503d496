"""The settings of the daemon: their schema, their types and where they come from."""
