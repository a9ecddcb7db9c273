"""PyTorch models through torch.compile, by convopt and by others."""
