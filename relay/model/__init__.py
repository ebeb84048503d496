"""Values of the domain and their rules; no IO."""
