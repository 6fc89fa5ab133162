"""Carrying plans out: journal, locks, the executor, and the settling of interrupted work."""
