"""What kernels of a GPU cost: words moved, room taken, time."""
