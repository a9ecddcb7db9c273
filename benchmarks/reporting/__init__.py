"""Results as a table on the terminal, as JSON, CSV and pictures."""
