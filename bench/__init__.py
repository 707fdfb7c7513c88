"""Figures, measured in one run: `make bench`."""
