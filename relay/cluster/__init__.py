"""What processes of one cluster share: the logs of channels, leases, and counts."""
