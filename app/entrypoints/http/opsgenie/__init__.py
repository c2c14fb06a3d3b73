"""Opsgenie's Alert API under its own paths, with its own replies."""
