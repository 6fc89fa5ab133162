"""Qt models: what the views show, sorted and filtered, without a widget."""
