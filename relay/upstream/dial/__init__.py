"""Opening connections: names, addresses, tunnels and the outbound guard."""
