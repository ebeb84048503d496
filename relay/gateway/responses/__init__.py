"""Responses that the gateway makes itself: refusals, their templates, and CORS."""
