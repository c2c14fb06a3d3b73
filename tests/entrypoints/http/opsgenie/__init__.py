"""The HTTP surface, driven through ASGI over the whole application and a real SQLite file."""
