"""Numbers from a Reading: hashed n-grams, relations by sentence, facts about the message."""
