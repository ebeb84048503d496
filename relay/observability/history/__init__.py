"""The last hour of a daemon, kept by the daemon itself."""
