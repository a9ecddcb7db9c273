"""Layer tables: one CSV a network or sweep."""
