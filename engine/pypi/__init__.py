"""The PyPI side: what pip and uv installed, and uv itself."""
