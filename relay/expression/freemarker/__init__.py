"""Interpolations of FreeMarker, in the contents that policies assign."""
