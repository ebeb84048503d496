"""APIs with their plans as files: import, update and export."""
