"""Files that say which packages somebody wants: read, and written."""
