"""The resources of an API, which its plans and policies use."""
