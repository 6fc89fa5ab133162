"""Finding, describing, naming, registering, measuring and watching environments."""
