"""The link ``redis``: Redis or Valkey is the engine of the cluster."""
