"""The tables that daemons on one store share their work by."""
