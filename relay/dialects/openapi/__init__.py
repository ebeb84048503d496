"""Descriptions of interfaces by OpenAPI 3.0 and 3.1, from which APIs are made."""
