"""The expression language of conditions, selection rules and texts of definitions."""
