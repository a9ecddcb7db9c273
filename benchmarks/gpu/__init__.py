"""A benchmark for machines with an NVIDIA GPU, made here and taken there as a folder."""
