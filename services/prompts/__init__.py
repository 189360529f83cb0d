"""Versioned instructions, read from files under `content/templates`."""
