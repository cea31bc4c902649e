"""blastcheck: a check before you press Send."""
