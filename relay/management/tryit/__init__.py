"""Calls that a publisher makes to an API through the gateway of this process."""
