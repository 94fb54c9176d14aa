"""Checks of what the linter itself is told: the comments that allow a finding."""
