"""Labelling one's own messages: what to ask next, and answers that survive anything.

`pool` judges the messages once, `choice` picks the one that teaches most, `answers` keeps what was
said, `session` is the loop; the terminal (`cli.label`) and the page (`web`) only show and ask.
"""
