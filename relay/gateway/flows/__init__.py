"""Flows: which policies a call or an event meets, and in which order."""
