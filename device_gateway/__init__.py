"""Carries what devices say to the hub, and its answers back; calls for help when it is silent."""
