"""Ways by which devices reach the gateway, and by which it reaches out. One file a link."""
