"""The tables of applications, subscriptions and API keys."""
