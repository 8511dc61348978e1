"""Shipped scenarios, one TOML file each; `python -m simulators --help` lists them."""
