"""The tables of shared policy groups."""
