"""Where disk space went and how to get it back: package caches, told apart from environments."""
