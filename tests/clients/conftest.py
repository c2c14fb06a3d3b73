"""Assertions of what is shared with the tests of faults say what they compared."""

import pytest

pytest.register_assert_rewrite("tests.clients.others", "tests.faults.running")
