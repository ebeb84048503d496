"""The tests of the list of live streams."""
