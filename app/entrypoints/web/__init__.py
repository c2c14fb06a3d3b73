"""Pages for people, made on the server: they work on any phone, without JavaScript."""
