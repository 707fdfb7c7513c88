"""Mutants: valid artefacts changed by chance, each change aware of the structure. What is accepted must say the same."""
