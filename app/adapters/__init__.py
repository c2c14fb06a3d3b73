"""Everything that touches the outside, one thing a file."""
