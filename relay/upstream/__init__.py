"""Calls to endpoints: connections, dialling, balancing, failover and health."""
