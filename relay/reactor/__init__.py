"""Clocks, timers, polling and direct sends: all code that uses internals of Twisted."""
