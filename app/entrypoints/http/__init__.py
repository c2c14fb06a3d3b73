"""The HTTP surface: webhooks, the API for people and programs, the action page, and the probes."""
