"""A listener of the gateway, and the address of a client behind a proxy."""
