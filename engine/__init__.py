"""The engine of Envdesk: conda environments and the packages in them, without a window."""
