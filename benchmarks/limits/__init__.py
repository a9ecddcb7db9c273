"""What this machine can do at best, measured: multiply-adds, and bandwidths of its memories."""
