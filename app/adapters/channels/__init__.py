"""Ways to reach people, one file a channel; the composition root names the classes, and none imports another."""
