"""What is wrong with an environment, and what would mend it."""
