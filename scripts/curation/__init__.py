"""The care of the corpus: its rules, its kinds, its gates and what is told of it.

`scripts/corpus.py` is the command; nothing of this is part of the installed package.
"""
