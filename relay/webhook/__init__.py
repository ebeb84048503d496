"""Delivering events to the URLs that subscriptions name."""
