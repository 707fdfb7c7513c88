"""The drone story, told over real HTTP: the demo is a client of the services, as a browser would be."""
