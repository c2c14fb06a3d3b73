"""A seeded, living demonstration: a made-up company's last five weeks, and incidents that go on coming."""
