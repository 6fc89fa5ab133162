"""One module for each check: `find` yields what it finds, and reads only."""
