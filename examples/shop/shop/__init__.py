"""An online shop, as far as its database is concerned."""
