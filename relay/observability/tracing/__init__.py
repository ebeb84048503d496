"""Tracing with OpenTelemetry; imported by nobody while it is off, but ``service``."""
