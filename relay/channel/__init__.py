"""Channels: an ordered, bounded log of events that many subscribers read."""
