"""Calls to URLs that belong to no endpoint: key sets, callouts, webhooks."""
