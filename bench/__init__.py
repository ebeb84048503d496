"""What Relay costs and what it keeps, measured beside other gateways on loopback."""
