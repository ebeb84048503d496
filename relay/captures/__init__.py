"""Captures: what a source has sent, with the times at which it came."""
