"""The settings as documentation."""
