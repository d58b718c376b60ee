"""Grade numerical homework behind a wall, and say which mistake was made."""
