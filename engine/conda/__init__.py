"""Everything that speaks conda's formats; only this package imports rattler, and only late."""
