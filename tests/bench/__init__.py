"""Figures of the whole path, with the raw broker beside it in the same run: `make bench`."""
