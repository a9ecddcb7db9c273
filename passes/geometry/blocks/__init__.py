"""What a block of GPU threads makes, which thread makes what, and where its data lies."""
