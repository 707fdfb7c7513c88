"""The command line, the one-process composition and the demo: floor 5, where the services meet."""
