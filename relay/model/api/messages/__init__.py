"""The options and rules of MESSAGE APIs."""
