"""The resources of the management API, one family in each module."""
