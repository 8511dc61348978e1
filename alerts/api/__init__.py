"""The hub's HTTP side: contract B for devices and kiosks, and for staff."""
