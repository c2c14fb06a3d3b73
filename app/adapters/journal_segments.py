"""The journal's files: entries framed with number, length and checksum, in segments that go when all of it is dropped.

A segment is written by one process only and never again by a later one, so what a crash cut off at its end needs no
repair: it is passed over, as is anything damaged, and reading goes on at the next frame that is whole.
"""

import fcntl
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from app.domain.errors import StoreRefused

_MAGIC = b"\xf0OCJ"
_HEADER = struct.Struct(">4sQII")
"""Magic, number, length of the entry, checksum of all of these and the entry."""

_DROPPED = struct.Struct(">QI")
_SUFFIX = ".journal"
_SEGMENTS = 16
_SMALLEST_SEGMENT = 65_536


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry lies: `offset` and `length` are of its whole frame."""

    number: int
    segment: str
    offset: int
    length: int


class Folder:
    """All methods block, and none is called while another runs. `dropped` is the highest number that was dropped."""

    dropped: int

    def __init__(self, path: Path, lock: int, most_bytes: int) -> None:
        self.path = path
        self._lock = lock
        self._limit = max(_SMALLEST_SEGMENT, most_bytes // _SEGMENTS)
        self._segment = ""
        self._descriptor = -1
        self._length = 0
        self._last: dict[str, int] = {}
        self._marks = os.open(path / "dropped", os.O_RDWR | os.O_CREAT, 0o600)
        self.dropped = _read_mark(os.pread(self._marks, _DROPPED.size, 0))

    @staticmethod
    def length_of(entry: bytes) -> int:
        """What the entry takes on disk."""
        return _HEADER.size + len(entry)

    def segments(self) -> list[str]:
        return sorted(name for name in os.listdir(self.path) if name.endswith(_SUFFIX))

    def size(self) -> int:
        return sum((self.path / name).stat().st_size for name in self.segments())

    def write(self, entries: Sequence[tuple[int, bytes]]) -> list[Place]:
        """Append these and wait for the disk. When that fails, none of them is kept, and the next write begins a new
        segment: after a failed fsync nobody can say what a file holds."""
        if self._descriptor < 0 or self._length >= self._limit:
            self._begin(entries[0][0])
        start, frames, places = self._length, list[bytes](), list[Place]()
        for number, entry in entries:
            frame = _frame(number, entry)
            places.append(Place(number, self._segment, self._length, len(frame)))
            frames.append(frame)
            self._length += len(frame)
        try:
            _write_whole(self._descriptor, b"".join(frames), start)
            os.fsync(self._descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, start)
            self._end()
            raise
        self._last[self._segment] = entries[-1][0]
        return places

    def scan(self) -> tuple[list[Place], int]:
        """Where all lies that was not dropped, and how many entries are damaged. Once, before the first write."""
        places: list[Place] = []
        damaged = 0
        for name in self.segments():
            found, harmed = _scan(name, (self.path / name).read_bytes())
            self._last[name] = max((place.number for place in found), default=0)
            places += [place for place in found if place.number > self.dropped]
            damaged += harmed
        self.drop(self.dropped)
        return places, damaged

    def read(self, place: Place) -> bytes | None:
        """The entry; None when it is damaged."""
        with (self.path / place.segment).open("rb") as file:
            file.seek(place.offset)
            frame = file.read(place.length)
        found = _whole_frame(frame, 0)
        return frame[_HEADER.size :] if found and found[0] == place.number else None

    def drop(self, number: int) -> int:
        """Note that all up to `number` are dropped, and remove every segment that holds nothing else; how much is left.
        The note is not waited for: an entry that comes again does no harm."""
        self.dropped = max(self.dropped, number)
        mark = struct.pack(">Q", self.dropped)
        with suppress(OSError):
            os.pwrite(self._marks, mark + struct.pack(">I", crc32(mark)), 0)
        for name in self.segments():
            if self._last.get(name, 0) <= self.dropped:
                self._remove(name)
        return self.size()

    def _remove(self, name: str) -> None:
        if name == self._segment:
            self._end()
        with suppress(OSError):
            (self.path / name).unlink()
            self._last.pop(name, None)

    def try_disk(self) -> None:
        """Raises `OSError` while the disk takes nothing."""
        descriptor = os.open(self.path / "probe", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_whole(descriptor, bytes(4096), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            with suppress(OSError):
                (self.path / "probe").unlink()

    def close(self) -> None:
        self._end()
        os.close(self._marks)
        os.close(self._lock)

    def _begin(self, number: int) -> None:
        self._end()
        name = f"{number:016x}{_SUFFIX}"
        self._descriptor = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._segment, self._length = name, 0
        _sync_folder(self.path)

    def _end(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._segment = -1, ""


def open_folder(path: Path, most_bytes: int) -> Folder:
    """The folder, made if need be. Raises `StoreRefused` when it is in use or cannot be written."""
    try:
        if not path.is_dir():
            path.mkdir(parents=True, mode=0o700)
            _sync_folder(path.parent)
        path = path.resolve()
        return Folder(path, _lock(path), most_bytes)
    except OSError as error:
        raise StoreRefused(
            f"the journal in {path} cannot be used ({error.strerror}): make the folder writable, or name another one "
            "(ONCALL_JOURNAL)"
        ) from error


def _lock(path: Path) -> int:
    """The lock goes with the process, however it ends."""
    descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreRefused(
            f"the journal in {path} is in use by another process: give each its own folder (ONCALL_JOURNAL)"
        ) from None
    return descriptor


def _scan(name: str, content: bytes) -> tuple[list[Place], int]:
    """Every whole frame of a segment, and how many damaged ones lie before one of them. What is not whole at the end
    was never confirmed to anybody."""
    places: list[Place] = []
    harmed, offset, end = 0, 0, 0
    while (offset := content.find(_MAGIC, offset)) >= 0:
        found = _whole_frame(content, offset)
        if found is None:
            offset += 1
            continue
        number, length = found
        harmed += offset > end
        places.append(Place(number, name, offset, length))
        offset = end = offset + length
    return places, harmed


def _frame(number: int, entry: bytes) -> bytes:
    bare = _HEADER.pack(_MAGIC, number, len(entry), 0)
    return _HEADER.pack(_MAGIC, number, len(entry), crc32(entry, crc32(bare))) + entry


def _whole_frame(content: bytes, offset: int) -> tuple[int, int] | None:
    """Number and length of the frame that begins there; None when it is not whole."""
    if len(content) < offset + _HEADER.size:
        return None
    magic, number, length, checksum = _HEADER.unpack_from(content, offset)
    end = offset + _HEADER.size + length
    if magic != _MAGIC or end > len(content):
        return None
    bare = _HEADER.pack(_MAGIC, number, length, 0)
    if crc32(content[offset + _HEADER.size : end], crc32(bare)) != checksum:
        return None
    return number, end - offset


def _read_mark(written: bytes) -> int:
    """The number up to which all is dropped; 0 when that is not known, so that all of it comes again."""
    if len(written) != _DROPPED.size:
        return 0
    number, checksum = _DROPPED.unpack(written)
    return int(number) if crc32(written[:8]) == checksum else 0


def _write_whole(descriptor: int, content: bytes, offset: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
