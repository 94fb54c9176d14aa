"""What a statement does to a running system."""
