"""HTTP connections to endpoints: calls, responses and the pool."""
