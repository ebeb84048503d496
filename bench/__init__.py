"""Benchmarks of Relay beside other gateways, over the loopback interface."""
