"""Simulated devices and stand-ins; they speak published formats and know nothing of the hub."""
