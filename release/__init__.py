"""Build what is given to users: the frozen application and its installers, for three systems.

`python -m release` is the command; `packaging/` holds the files that it works from.
"""
