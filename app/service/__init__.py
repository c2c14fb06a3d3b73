"""Use cases, read top to bottom: load, decide, commit; and the ports they ask for."""
