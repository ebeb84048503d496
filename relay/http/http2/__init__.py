"""HTTP/2 towards clients."""
