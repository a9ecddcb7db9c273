"""What frontends share: the function that a graph becomes, and layers made of operations."""
