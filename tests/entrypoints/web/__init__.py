"""The entrypoints, each driven as its users drive it."""
