"""A board's figures, a file for each kind."""
