"""``relay apis``, ``relay plans`` etc.: commands of one family of objects each."""
