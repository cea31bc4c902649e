"""How a model is made: examples in, weights out. Imported by nothing that only judges."""
