"""Applications, subscriptions and API keys."""
