"""`convopt-bench`: one file a subcommand."""
