"""The commands of the headless front end; a worker process is one of them."""
