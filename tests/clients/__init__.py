"""Clients and servers of others, unmodified: only the address that they send to is ours."""
