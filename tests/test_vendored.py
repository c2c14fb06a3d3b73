"""Other people's files in this repository are what their packages hold, byte for byte, and say whose they are."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "app/entrypoints/web/static/vendor", ROOT / "tests/browser/axe"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_each_vendored_file_is_the_one_in_the_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())

    found = {one.name: sha256(one.read_bytes()).hexdigest() for one in folder.iterdir() if one.name != "manifest.json"}

    assert found == {name: one["sha256"] for name, one in manifest.items()}
    assert all(one["package"] and one["version"] and one["licence"] for one in manifest.values())
