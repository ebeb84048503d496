"""
The shared parts of JWT and OAuth2 plans: bearer tokens, claims, key sets and caches.
"""
