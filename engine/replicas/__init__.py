"""Faithful copies of environments, made file by file and without network."""
