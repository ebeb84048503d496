"""The shapes of responses, as the OpenAPI document describes them."""
