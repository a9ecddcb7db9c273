"""Whole models side by side."""
