"""Timing every legal register tile of a layer, to check the one that convopt chooses."""
