"""Schema changes, oldest first; see upgrade.py."""
