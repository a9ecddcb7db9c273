"""Gradients of single convolutions, measured side by side."""
