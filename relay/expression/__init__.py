"""The expression language of conditions, selection rules and templates."""
