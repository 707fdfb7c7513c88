"""Simulators: our own protocols, implemented for tests; nothing is patched."""
