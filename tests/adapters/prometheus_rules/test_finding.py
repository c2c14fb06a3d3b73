"""Which files a check looks into."""

import os
from pathlib import Path

import pytest

from app.adapters.prometheus_rules import Unread, files_in, read_bytes
from app.adapters.yaml_document import MAX_BYTES


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("groups: []\n")


def names_in(folder: Path, *paths: Path) -> list[str]:
    return [found.relative_to(folder).as_posix() for found in files_in(paths or (folder,))]


def test_a_folder_is_searched_for_yaml_by_name_without_what_is_hidden(tmp_path: Path) -> None:
    write(tmp_path, "b/z.yml", "b/a.yaml", "a.yaml", "notes.md", ".git/x.yaml", "b/.cache/x.yaml", "x.yaml.tpl")

    assert names_in(tmp_path) == ["a.yaml", "b/a.yaml", "b/z.yml"]


def test_a_file_that_is_named_counts_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "shop.rules", "a.yaml")

    assert names_in(tmp_path, tmp_path / "shop.rules") == ["shop.rules"]


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    write(tmp_path, "a/x.yaml", "b.yaml")
    (tmp_path / "link.yaml").symlink_to("b.yaml")

    assert names_in(tmp_path, tmp_path / "a" / "x.yaml", tmp_path) == ["a/x.yaml", "b.yaml"]


def test_links_in_a_circle_and_pipes_in_folders_do_not_hang_it(tmp_path: Path) -> None:
    write(tmp_path, "a/x.yaml")
    (tmp_path / "a" / "loop").symlink_to("..")
    os.mkfifo(tmp_path / "a" / "pipe.yaml")

    assert names_in(tmp_path) == ["a/x.yaml"]


def test_a_link_that_leads_nowhere_is_unread_and_not_silently_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")

    (path,) = files_in((tmp_path,))
    with pytest.raises(Unread) as unread:
        read_bytes(path)

    assert (unread.value.path, unread.value.reason) == (path, "No such file or directory")


def test_no_more_is_read_than_may_be_used(tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(10 * MAX_BYTES)

    assert len(read_bytes(tmp_path / "huge.yaml")) == MAX_BYTES + 1
