"""Everything that dials out."""
