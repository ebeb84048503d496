"""Clocks, timers, polling and direct sends: what depends on the insides of Twisted."""
