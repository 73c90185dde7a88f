"""What moves: the clock, the player of everything that waits, the keys."""
