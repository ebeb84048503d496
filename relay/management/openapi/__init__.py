"""The OpenAPI document of the management API, made from its routes and models."""
