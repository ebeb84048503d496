"""Everything that faces the caller of an API."""
