"""The metrics of one daemon, in the formats that Prometheus reads."""
