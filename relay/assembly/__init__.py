"""What the daemon is composed of; like ``tap``, it knows every part."""
