"""What an image holds and what it does not: checks of its files and of its configuration."""

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

from scripts.image_container import Image, expect

ROOT = Path(__file__).parents[1]
UID = 10001

TOOLS = {
    "gcc",
    "g++",
    "cc",
    "clang",
    "make",
    "cmake",
    "ld",
    "as",
    "pip",
    "pip3",
    "wheel",
    "uv",
    "hatchling",
    "git",
    "curl",
}
INSTALLERS = ("pip", "setuptools", "wheel", "pkg_resources", "hatchling")
OURS = ("venv", "etc/oncall", "data")
ACCOUNTS = {
    f"etc/{file}{old}" for file in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid") for old in ("", "-")
}
SHARED_FOLDERS = {"tmp", "var/tmp", "run/lock"}
"""Debian's own, to which anybody may write, with the sticky bit. On a read-only root only /tmp takes anything."""

TRY_TO_WRITE = """
import errno, pathlib
def tried(folder):
    try:
        pathlib.Path(folder, "probe").write_text("")
        return "written"
    except OSError as error:
        return errno.errorcode[error.errno]
print(*(tried(folder) for folder in ("/", "/etc/oncall", "/venv", "/var/tmp", "/data", "/tmp")))
"""
IMPORTED = """
import sys
from app.entrypoints.cli import running
print(*(one.__cached__ for one in list(sys.modules.values()) if getattr(one, "__cached__", None)))
"""


def paths(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Everything in a tree, by its path from the root."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            one = Path(folder, name)
            yield str(one.relative_to(root)), one.lstat()


def user_is_nobody_special(image: Image) -> str:
    said = image.run(["python", "-c", "import os; print(os.getuid(), os.getgid(), os.getgroups())"])
    expect(said.stdout.split(maxsplit=2)[:2] == [str(UID), str(UID)], f"inside: {said.stdout}{said.stderr}")
    user = image.config["User"]
    expect(user.split(":")[0].isdigit(), f"USER {user} is a name, by which Kubernetes cannot tell that it is not root")
    return f"USER {user}; inside, user, group and further groups are {said.stdout.strip()}"


def root_is_read_only(image: Image) -> str:
    seen = {user or "its own": image.run(["python", "-c", TRY_TO_WRITE], user=user) for user in ("", "0:0")}
    for user, said in seen.items():
        expect(said.stdout.split() == ["EROFS"] * 4 + ["written"] * 2, f"user {user}: {said.stdout}{said.stderr}")
    return "/, /etc/oncall, /venv and /var/tmp refuse its user and root; /data and /tmp take a file"


def nothing_builds_or_installs(image: Image) -> str:
    found = [path for path, status in paths(image.root) if not stat.S_ISDIR(status.st_mode) and _is_tool(Path(path))]
    found += [path for path, _ in paths(image.root) if _is_installer(Path(path))]
    expect(not found, found)
    program = f"import importlib.util as look; print([name for name in {INSTALLERS} if look.find_spec(name)])"
    for python in ("/venv/bin/python", "/usr/local/bin/python"):
        said = image.run([python, "-c", program])
        expect(said.stdout.strip() == "[]", f"{python} can import {said.stdout}{said.stderr}")
    return f"none of {' '.join(sorted(TOOLS))}; nor can {' '.join(INSTALLERS)} be imported"


def _is_tool(path: Path) -> bool:
    return (path.parent.name in ("bin", "sbin") and path.name in TOOLS) or path.suffix in (".whl", ".deb")


def _is_installer(path: Path) -> bool:
    packages = path.parent.name in ("site-packages", "dist-packages")
    return path.name == "ensurepip" or (packages and path.name.partition("-")[0] in INSTALLERS)


def no_lists_no_caches(image: Image) -> str:
    folders = ("var/lib/apt/lists", "var/cache/apt", "root/.cache", "root/.config", "tmp", "var/tmp")
    found = [
        f"{one}/{path}" for one in folders for path, status in paths(image.root / one) if stat.S_ISREG(status.st_mode)
    ]
    expect(not [path for path in found if not path.endswith("/lock")], found)
    return f"no file in {' '.join(folders)}"


def nothing_else_came_in(image: Image) -> str:
    before, after = dict(paths(image.base)), dict(paths(image.root))
    new = after.keys() - before.keys()
    changed = {path for path in after.keys() & before.keys() if _is_changed(before[path], after[path])}
    strange = {path for path in new | changed if not _is_expected(path)}
    expect(not strange, sorted(strange))
    packages = next((image.root / "venv/lib").glob("python3.*/site-packages"))
    inside, here = _program(packages / "app"), _program(ROOT / "app")
    expect(inside == here, f"only in one of the image and here: {sorted(inside ^ here)}")
    return f"beside the base: /venv, /etc/oncall, /data, an account, bytecode; its app/ is this app/, {len(here)} files"


def _is_changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Files only: a folder's time says no more than that something in it did."""
    return stat.S_ISREG(after.st_mode) and (before.st_size, before.st_mtime) != (after.st_size, after.st_mtime)


def _is_expected(path: str) -> bool:
    ours = any(path == one or path.startswith(f"{one}/") for one in OURS)
    unwanted = ".git" in path.split("/") or path.endswith((".lock", ".db"))
    return (ours and not unwanted) or path in ACCOUNTS or "__pycache__" in path.split("/")


def _program(folder: Path) -> set[str]:
    return {path for path, status in paths(folder) if stat.S_ISREG(status.st_mode) and not path.endswith(".pyc")}


def only_data_can_be_written(image: Image) -> str:
    found = {path for path, status in paths(image.root) if not stat.S_ISLNK(status.st_mode) and _is_writable(status)}
    expect(found - SHARED_FOLDERS == {"data"}, f"besides /data: {found - SHARED_FOLDERS - {'data'}}")
    loose = [path for path in found & SHARED_FOLDERS if not (image.root / path).stat().st_mode & stat.S_ISVTX]
    expect(not loose, f"without the sticky bit: {loose}")
    return f"uid {UID} may write to /data, to Debian's /{' /'.join(sorted(found & SHARED_FOLDERS))}, and to no file"


def _is_writable(status: os.stat_result) -> bool:
    owned = status.st_uid == UID and status.st_mode & stat.S_IWUSR
    shared = status.st_gid == UID and status.st_mode & stat.S_IWGRP
    return bool(owned or shared or status.st_mode & stat.S_IWOTH)


def bytecode_is_there(image: Image) -> str:
    said = image.run(["python", "-c", IMPORTED])
    used = said.stdout.split()
    expect(used, said.stderr)
    absent = [one for one in used if not (image.root / one.lstrip("/")).exists()]
    expect(not absent, f"{len(absent)} of {len(used)}: {absent[:5]}")
    flags = {(image.root / one.lstrip("/")).read_bytes()[4:8] for one in used}
    expect(flags == {b"\x03\0\0\0"}, "not all of it is checked by the source's hash")
    return f"all {len(used)} modules that serve imports, Python's own too, have theirs, checked by hash"


def labels(image: Image) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = {
        name.removeprefix("org.opencontainers.image."): text for name, text in (image.config["Labels"] or {}).items()
    }
    told = {name: said.get(name, "") for name in ("title", "version", "revision", "description", "base.name")}
    wanted = {"title": project["name"], "version": project["version"], "revision": "image-test"}
    expect({**told, **wanted} == told, said)
    expect(all(told.values()), said)
    return ", ".join(f"{name} {text}" for name, text in told.items() if name != "description")


def check_command(image: Image) -> str:
    said = image.run(image.entrypoint(["check"]))
    expect(said.returncode == 0, said.stdout + said.stderr)
    return said.stdout.splitlines()[-1]


def sizes(image: Image) -> str:
    """Bytes of files: all of them, and what each part adds to the base."""
    whole, venv = _megabytes(image.root), _megabytes(image.root / "venv")
    program = sum(_megabytes(one) for one in image.root.glob("venv/lib/python3.*/site-packages/app"))
    bytecode = sum(_megabytes(one) for one in image.root.glob("usr/**/__pycache__"))
    return (
        f"{whole:.0f} MB of files; the base has {_megabytes(image.base):.0f}, packages {venv - program:.0f}, "
        f"the program {program:.1f}, bytecode of Python's own modules {bytecode:.0f}"
    )


def _megabytes(root: Path) -> float:
    return sum(status.st_size for _, status in paths(root) if stat.S_ISREG(status.st_mode)) / 1_000_000
