"""A client with the key of the source that is called like its type."""

import pytest

from tests.entrypoints.http.opsgenie.genie import Genie
from tests.entrypoints.http.rig import Rig


@pytest.fixture
def genie(rig: Rig) -> Genie:
    return Genie(rig)
