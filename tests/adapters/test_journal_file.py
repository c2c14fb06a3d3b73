"""The journal: what was confirmed is there after any crash, and what is not there was never confirmed."""

import asyncio
import os
import resource
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.adapters import journal_file
from app.adapters.journal_file import FileJournal
from app.domain.errors import StoreRefused, StoreUnavailable

MEGABYTE = 2**20


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[FileJournal]:
    opened = await FileJournal.open(tmp_path / "journal", MEGABYTE)
    yield opened
    await opened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, two megabytes large."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root; the limited file below is tried without")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


async def held(journal: FileJournal) -> list[bytes]:
    return [entry for _, entry in await journal.entries(10_000)]


async def healed(journal: FileJournal) -> None:
    """It has found out by itself that its disk can be written again."""
    for _ in range(500):
        if journal.room:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never found out")


async def reopened(folder: Path) -> list[bytes]:
    """What a new process finds; it can append, and finds that too."""
    again = await FileJournal.open(folder, MEGABYTE)
    found = await held(again)
    await again.append(b"later")
    assert await held(again) == [*found, b"later"]
    await again.close()
    return found


async def test_entries_come_back_in_order_and_numbered_also_after_a_restart(
    journal: FileJournal, tmp_path: Path
) -> None:
    for number in range(5):
        await journal.append(b"entry %d" % number)

    numbered = await journal.entries(3)

    assert [entry for _, entry in numbered] == [b"entry 0", b"entry 1", b"entry 2"]
    assert [entry for _, entry in await journal.entries(10, after=numbered[-1][0])] == [b"entry 3", b"entry 4"]
    assert journal.waiting == 5
    await journal.close()
    assert await reopened(tmp_path / "journal") == [b"entry %d" % number for number in range(5)]


async def test_what_is_dropped_is_gone_after_a_restart_too(journal: FileJournal, tmp_path: Path) -> None:
    for number in range(4):
        await journal.append(b"%d" % number)
    second = (await journal.entries(2))[1][0]

    await journal.drop(second)

    assert (await held(journal), journal.waiting) == ([b"2", b"3"], 2)
    await journal.close()
    assert await reopened(tmp_path / "journal") == [b"2", b"3"]


async def test_when_all_is_dropped_its_space_is_given_back(journal: FileJournal, tmp_path: Path) -> None:
    for _ in range(10):
        await journal.append(bytes(50_000))
    assert 0 < journal.room < 0.6

    await journal.drop((await journal.entries(10))[-1][0])

    assert (journal.waiting, journal.room, segments(tmp_path / "journal")) == (0, 1, [])
    await journal.append(b"the next")
    assert await held(journal) == [b"the next"]


async def test_an_entry_that_is_written_while_others_are_dropped_stays(journal: FileJournal) -> None:
    await journal.append(b"first")
    ((number, _),) = await journal.entries(1)

    await asyncio.gather(journal.append(b"second"), journal.drop(number), journal.append(b"third"))

    assert await held(journal) == [b"second", b"third"]


async def test_many_at_once_share_their_fsyncs(journal: FileJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    await journal.append(b"first")
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), fsync(descriptor)))

    await asyncio.gather(*(journal.append(b"%d" % number) for number in range(200)))

    assert 1 <= len(synced) <= 3
    assert await held(journal) == [b"first", *(b"%d" % number for number in range(200))]


async def test_nothing_is_confirmed_before_the_disk_has_it(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        order.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).suffix or "folder")

    monkeypatch.setattr(os, "fsync", watched)

    await journal.append(b"kept")
    order.append("confirmed")

    assert order == ["folder", ".journal", "confirmed"]
    (segment,) = segments(tmp_path / "journal")
    assert b"kept" in segment.read_bytes()


async def test_a_tail_torn_at_any_byte_costs_only_what_was_not_confirmed(journal: FileJournal, tmp_path: Path) -> None:
    entries = [b"first", b"", b"the third one"]
    ends = [0]
    for entry in entries:
        await journal.append(entry)
        (segment,) = segments(tmp_path / "journal")
        ends.append(segment.stat().st_size)
    await journal.close()
    whole = segment.read_bytes()

    for length in range(len(whole)):
        folder = tmp_path / f"cut-{length}"
        folder.mkdir()
        (folder / segment.name).write_bytes(whole[:length])
        survivors = [entry for entry, end in zip(entries, ends[1:], strict=True) if end <= length]
        assert await reopened(folder) == survivors, length


async def test_a_flipped_bit_costs_one_entry_and_is_counted(journal: FileJournal, tmp_path: Path) -> None:
    entries = [b"first", b"second", b"third"]
    for entry in entries:
        await journal.append(entry)
    await journal.close()
    (segment,) = segments(tmp_path / "journal")
    whole = segment.read_bytes()
    frame = len(whole) - len(b"".join(entries))
    start, end = frame // 3 + len(entries[0]), 2 * frame // 3 + len(b"".join(entries[:2]))

    for position in range(start, end):
        folder = tmp_path / f"flipped-{position}"
        folder.mkdir()
        (folder / segment.name).write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        opened = await FileJournal.open(folder, MEGABYTE)
        found = await held(opened)
        await opened.close()
        assert (found, opened.damaged) == ([b"first", b"third"], 1), position


async def test_entries_that_became_unreadable_hide_none_behind_them_and_are_counted_once(
    journal: FileJournal, tmp_path: Path
) -> None:
    for entry in (b"first", b"second"):
        await journal.append(entry)
    (segment,) = segments(tmp_path / "journal")
    segment.write_bytes(segment.read_bytes().replace(b"first", b"fIrst"))

    found = [[entry for _, entry in await journal.entries(1)] for _ in range(3)]

    assert found == [[b"second"]] * 3
    assert (journal.waiting, journal.damaged) == (1, 1)


async def test_a_folder_belongs_to_one_process(journal: FileJournal, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="in use by another process: give each its own folder"):
        await FileJournal.open(tmp_path / "journal", MEGABYTE)


async def test_a_folder_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StoreRefused, match="ONCALL_JOURNAL"):
        await FileJournal.open(tmp_path / "file" / "journal", MEGABYTE)


async def test_only_its_owner_may_read_it(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append(b"a phone number")

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "journal").iterdir()}

    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700


async def test_a_full_journal_refuses_what_does_not_fit_and_takes_it_when_there_is_room(journal: FileJournal) -> None:
    for _ in range(10):
        await journal.append(bytes(100_000))

    with pytest.raises(StoreUnavailable, match="full: 10 entries wait") as refused:
        await journal.append(bytes(100_000))

    assert refused.value.retry_after > 0
    await journal.append(b"small")
    assert journal.waiting == 11
    await journal.drop((await journal.entries(10))[-1][0])
    await journal.append(bytes(100_000))


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """No file of this process grows beyond that: writing fails in the middle, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_write_that_fails_half_way_keeps_nothing_of_it(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "DISK_PATIENCE", 0.01)
    await journal.append(b"before")

    with files_limited_to(1000):
        with pytest.raises(StoreUnavailable, match="File too large"):
            await journal.append(bytes(2000))
        assert journal.room == 0

    await healed(journal)
    await journal.append(b"after")
    assert await held(journal) == [b"before", b"after"]
    await journal.close()
    assert await reopened(tmp_path / "journal") == [b"before", b"after"]


async def test_a_segment_in_which_nothing_was_kept_goes_with_the_others(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "DISK_PATIENCE", 0.01)
    with files_limited_to(1000), pytest.raises(StoreUnavailable):
        await journal.append(bytes(2000))
    await healed(journal)
    await journal.append(b"after")
    assert len(segments(tmp_path / "journal")) == 2
    ((number, _),) = await journal.entries(10)

    await journal.drop(number)

    assert (segments(tmp_path / "journal"), journal.waiting, journal.room) == ([], 0, 1)


async def test_a_disk_that_does_not_sync_confirms_nothing(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal.append(b"before")

    def fails(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", fails)
        with pytest.raises(StoreUnavailable, match="Input/output error"):
            await journal.append(b"never confirmed")

    await journal.append(b"after")
    await journal.close()
    assert await reopened(tmp_path / "journal") == [b"before", b"after"]


async def test_a_full_disk_is_a_refusal_and_heals_by_itself(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_file, "DISK_PATIENCE", 0.01)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    journal = await FileJournal.open(small_disk / "journal", 64 * MEGABYTE)
    accepted = 0
    with suppress(StoreUnavailable):
        while accepted < 100:
            await journal.append(b"%06d" % accepted + bytes(50_000))
            accepted += 1
    assert (0 < accepted < 100, journal.room) == (True, 0)
    with pytest.raises(StoreUnavailable, match="No space left"):
        await journal.append(bytes(50_000))

    ballast.unlink()
    await healed(journal)
    await journal.append(b"after")

    found = await held(journal)
    assert [entry[:6] for entry in found] == [*(b"%06d" % number for number in range(accepted)), b"after"]
    await journal.close()


async def test_a_closed_journal_refuses(journal: FileJournal) -> None:
    await journal.close()

    for call in (journal.append(b"late"), journal.entries(1), journal.drop(1)):
        with pytest.raises(StoreUnavailable, match="closed"):
            await call


async def test_what_was_asked_for_before_closing_is_kept(journal: FileJournal, tmp_path: Path) -> None:
    late = asyncio.create_task(journal.append(b"just in time"))
    await asyncio.sleep(0)

    await journal.close()

    await late
    assert await reopened(tmp_path / "journal") == [b"just in time"]
