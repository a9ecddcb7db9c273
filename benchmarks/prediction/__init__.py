"""The compiler's predicted times against measured ones."""
