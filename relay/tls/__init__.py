"""Certificates and keys, and the TLS contexts made from them."""
