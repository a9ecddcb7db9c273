"""What runs on the machine with the GPU. Imports torch, numpy, and itself alone."""
