"""The Automation API: whole objects by their hrids, created or changed in one call."""
