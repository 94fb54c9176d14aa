"""What goes wrong in the Python of a revision."""
