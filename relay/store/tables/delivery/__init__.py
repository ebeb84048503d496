"""The tables of channels and webhook deliveries."""
