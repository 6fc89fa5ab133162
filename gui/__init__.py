"""The window of Envdesk: Qt widgets over the engine's public face."""
