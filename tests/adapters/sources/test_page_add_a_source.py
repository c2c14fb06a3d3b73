"""The source that docs/add-a-source.md writes step by step keeps the contract that the page promises."""

import json
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from app.adapters import sources
from tests.contracts.source_contract import SignedContract
from tests.contracts.source_rig import Rig

PAGE = (Path(__file__).parents[3] / "docs" / "add-a-source.md").read_text()


def block(language: str, place: int = 0) -> str:
    return dedent(re.findall(rf"   ```{language}\n(.*?)\n   ```", PAGE, re.DOTALL)[place])


def module(file: Path, code: str) -> ModuleType:
    file.write_text(code)
    spec = spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The page's test file, beside its fixtures, with its source registered."""
    folder = tmp_path / "fixtures" / "thermometer"
    folder.mkdir(parents=True)
    over = json.loads(block("json"))
    for name, body in (("over", over), ("normal", {**over, "state": "normal"}), ("test", {"kind": "test"})):
        (folder / f"{name}.json").write_text(json.dumps(body))
    source = module(tmp_path / "thermometer.py", block("python"))
    monkeypatch.setattr(sources, "SOURCES", {**sources.SOURCES, "thermometer": source.Thermometer()})
    monkeypatch.setattr(sys.modules[SignedContract.__module__], "SOURCES", sources.SOURCES)
    return module(tmp_path / "test_thermometer.py", block("python", 1))


@pytest.fixture
def rig(written: ModuleType) -> Rig:
    found: Rig = written.rig.__wrapped__()
    return found


class TestThePagesSource(SignedContract):
    """The contract, on the page's source."""


def test_what_the_page_tests_besides_holds(written: ModuleType) -> None:
    written.test_a_reading_is_read_whole()
