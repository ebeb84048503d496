"""What JWT and OAuth2 plans share: bearer tokens, claims, key sets and caches."""
