"""The types of single values in a definition."""
