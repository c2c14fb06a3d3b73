"""What holds for all tests: Hypothesis looks for wrong answers, and how long they take is for the benchmarks."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
