"""The rules of the house as pure functions: standard library only, no clock, no I/O, no randomness."""
