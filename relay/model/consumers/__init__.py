"""Applications, subscriptions, keys and webhook deliveries."""
