"""What makes the corpus: keys, valid artefacts, and a module for each family of rows."""
