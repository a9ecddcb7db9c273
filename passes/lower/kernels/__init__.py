"""Kernel generators: each writes the loops of one operation as scf, memref, vector and arith."""
