"""Pure geometry of convolutions: how axes are cut into tiles, which channels meet."""
