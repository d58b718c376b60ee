"""Grade numerical homework behind a wall, and say which mistake was made."""

__version__ = "0.1.0"
