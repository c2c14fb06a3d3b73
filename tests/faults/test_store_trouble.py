"""A store in trouble under a running server: full, failing, taken, damaged, too new; and a server told to go."""

import os
import resource
import socket
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.people import People, people
from tests.faults.running import TOKEN, House, Reply, Server, an_alert, serving, started, wait_for
from tests.faults.sender import sending

pytestmark = pytest.mark.server

MEGABYTES = 6
LARGE = "x" * 60_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, a few megabytes large."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root; the failing disk below is tried without")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(server: Server, accepted: list[str], most: int = 400) -> Reply:
    """Post large alerts until one is refused; that refusal."""
    for number in range(len(accepted), len(accepted) + most):
        reply = server.ask("POST", "/webhooks/generic", an_alert(f"large-{number}", description=LARGE))
        if reply.status != 202:
            return reply
        accepted.append(f"large-{number}")
    raise AssertionError("it never refused")


def refuses_small_ones_too(server: Server, accepted: list[str]) -> bool:
    """What is refused when it is large may still fit when it is small."""
    name = f"small-{len(accepted)}"
    if server.ask("POST", "/webhooks/generic", an_alert(name)).status != 202:
        return True
    accepted.append(name)
    return False


def fill_up(file: Path) -> None:
    """Take what room there is left, which would still do for something small."""
    with file.open("wb", buffering=0) as rest, suppress(OSError):
        while rest.write(b"x" * 512):
            pass


def listed(server: Server) -> list[str]:
    """Titles of all incidents, over all pages of the list."""
    titles: list[str] = []
    path: str | None = "/api/v1/incidents?limit=100"
    while path:
        page = server.ask("GET", path)
        assert page.status == 200, page
        titles += [one["title"] for one in page.json()["items"]]
        following = page.json()["next"]
        path = f"/api/v1/incidents?limit=100&cursor={following}" if following else None
    return titles


def rows(database: Path) -> dict[str, set[str]]:
    """Ids of incidents, and what each other table says they are, read round the server."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = {
            table: {row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table}")}  # noqa: S608
            for table, column in (
                ("incidents", "id"),
                ("alerts", "incident"),
                ("timeline", "incident"),
                ("outbox", "incident"),
                ("keys", "incident"),
            )
        }
    connection.close()
    return found


def is_a_refusal(reply: Reply) -> bool:
    """503 with problem details and the time to come back."""
    problem = reply.json()
    assert reply.headers["content-type"] == "application/problem+json"
    assert int(reply.headers["retry-after"]) > 0
    assert problem["status"] == reply.status
    assert problem["detail"]
    return reply.status == 503


def ready(server: Server) -> bool:
    return server.ask("GET", "/readyz").status == 200


def heard_once(them: People, accepted: list[str]) -> None:
    """Primary and shadow heard of each accepted alert exactly once, and of nothing else."""
    for who in ("asha", "ben"):
        assert Counter(them.titles_of(who)) == Counter(accepted)


def test_a_full_disk_is_a_503_and_heals_by_itself_with_every_page_sent_once(small_disk: Path, tmp_path: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 3_000_000)
    accepted: list[str] = []
    with people() as them, serving(House(tmp_path, people=them.url, database=small_disk / "oncall.db")) as server:
        refusal = fill(server, accepted)
        assert is_a_refusal(refusal)
        assert "full" in refusal.json()["detail"]
        assert accepted
        assert sorted(listed(server)) == sorted(accepted)
        fill_up(small_disk / "last byte")
        wait_for(lambda: refuses_small_ones_too(server, accepted), "the log to be full")
        wait_for(lambda: not ready(server), "/readyz to notice")
        assert "full" in server.ask("GET", "/readyz").body.decode()
        assert is_a_refusal(server.ask("POST", "/api/v1/incidents", {"title": "by hand", "by": "asha"}))
        wait_for(lambda: len(them.titles_of("ben")) >= len(accepted), "the pages of what was accepted before")

        ballast.unlink()
        (small_disk / "last byte").unlink()
        wait_for(lambda: ready(server), "/readyz to notice")
        assert server.ask("POST", "/webhooks/generic", an_alert("afterwards")).status == 202

        accepted.append("afterwards")
        wait_for(lambda: "afterwards" in them.titles_of("ben"), "the page of what came afterwards")
        time.sleep(1.5)
        server.terminate()
        assert server.process.returncode == 0
        with serving(server.house):
            time.sleep(1.5)  # What it has not recorded, it would send again now.
    heard_once(them, accepted)
    found = rows(small_disk / "oncall.db")
    assert len(found["incidents"]) == len(accepted)
    assert all(ids == found["incidents"] for ids in found.values()), found


def test_a_server_that_is_killed_on_a_full_disk_comes_back_and_sends_what_is_due(
    small_disk: Path, tmp_path: Path
) -> None:
    with people() as them:
        house = House(tmp_path, people=them.url, database=small_disk / "oncall.db")
        them.status = {"asha": 503, "ben": 503}
        with serving(house) as server:
            assert server.ask("POST", "/webhooks/generic", an_alert("before")).status == 202
            wait_for(lambda: {one.person for one in them.got} == {"asha", "ben"}, "the first try")
            server.kill()
        fill_up(small_disk / "ballast")
        them.got.clear()
        them.status = {}

        with serving(house) as server:
            wait_for(lambda: {one.person for one in them.got} == {"asha", "ben"}, "the next try")
            assert is_a_refusal(server.ask("POST", "/webhooks/generic", an_alert("refused", description=LARGE)))
            (small_disk / "ballast").unlink()
            assert server.ask("POST", "/webhooks/generic", an_alert("afterwards")).status == 202
            wait_for(lambda: "afterwards" in them.titles_of("ben"), "the page of what came afterwards")
            time.sleep(1.5)
            server.terminate()
            assert server.process.returncode == 0
    heard_once(them, ["before", "afterwards"])


def limit_files(server: Server, size: int) -> None:
    """No file of that process may be written beyond this; its disk fails there."""
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_disk_that_takes_nothing_holds_up_no_page_that_is_due(tmp_path: Path) -> None:
    with people() as them, serving(House(tmp_path, people=them.url)) as server:
        assert server.ask("POST", "/webhooks/generic", an_alert("before", labels={"quick": "yes"})).status == 202
        wait_for(lambda: {"before"} == {*them.titles_of("asha")} & {*them.titles_of("ben")}, "the first pages")
        them.slow = 0.5
        assert server.ask("POST", "/webhooks/generic", an_alert("meanwhile")).status == 202
        limit_files(server, 1)
        reply = server.ask("POST", "/webhooks/generic", an_alert("refused"))
        assert is_a_refusal(reply)
        assert sorted(listed(server)) == ["before", "meanwhile"]
        wait_for(lambda: not ready(server), "/readyz to notice")
        wait_for(lambda: "meanwhile" in them.titles_of("ben"), "the page that was due")
        time.sleep(3.0)  # Long enough for the second step of the first to be due, and to fail.

        limit_files(server, resource.RLIM_INFINITY)

        wait_for(lambda: ready(server), "/readyz to notice")
        assert server.ask("POST", "/webhooks/generic", an_alert("refused")).status == 202
        wait_for(lambda: {"before"} == {*them.titles_of("cto")}, "the last step of the first", patience=60)
        wait_for(lambda: "refused" in them.titles_of("ben"), "the page of what was sent again")
        time.sleep(1.0)
        assert server.terminate() < 10
        assert server.process.returncode == 0
        with serving(server.house):
            time.sleep(1.5)  # What it has not recorded, it would send again now.
    heard_once(them, ["before", "meanwhile", "refused"])
    assert them.titles_of("chen") == ["before"]
    assert them.titles_of("cto") == ["before"]


def test_a_log_that_cannot_be_written_holds_up_no_page(tmp_path: Path) -> None:
    """A full disk under the log makes each line an error, and the loops log most when something fails."""
    with people() as them, serving(House(tmp_path, people=them.url), errors="/dev/full") as server:
        them.status = {"asha": 500}
        limit_files(server, 1)
        assert is_a_refusal(server.ask("POST", "/webhooks/generic", an_alert("refused")))
        time.sleep(1.5)
        limit_files(server, resource.RLIM_INFINITY)

        reply = server.ask("POST", "/webhooks/generic", an_alert("taken", labels={"quick": "yes"}))

        assert reply.status == 202
        wait_for(lambda: them.titles_of("cto") == ["taken"], "every step of it")
        assert server.terminate() < 10
        assert server.process.returncode == 0


def test_a_store_that_was_taken_away_takes_no_more_promises(tmp_path: Path) -> None:
    with serving(House(tmp_path)) as server:
        server.house.database.rename(tmp_path / "elsewhere.db")

        refusal = server.ask("POST", "/webhooks/generic", an_alert("too late"))

        assert is_a_refusal(refusal)
        assert "restart" in refusal.json()["detail"]
        assert not ready(server)


def refused_start(house: House) -> str:
    """What a server says that must not start: in a line or two, without a traceback."""
    with started(house) as server:
        code = server.process.wait(30)
    said = server.said()
    assert code == 1, said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2, said
    return said


def test_a_second_server_on_the_same_file_is_refused_and_disturbs_nobody(tmp_path: Path) -> None:
    with people() as them, serving(House(tmp_path / "first", people=them.url)) as server:
        said = refused_start(House(tmp_path / "second", people=them.url, database=server.house.database))

        assert "in use by another server" in said
        assert server.ask("POST", "/webhooks/generic", an_alert("still there")).status == 202
        wait_for(lambda: them.titles_of("ben") == ["still there"], "the page")


def test_files_that_must_not_be_opened_are_refused_with_what_to_do(tmp_path: Path) -> None:
    house = House(tmp_path)
    with serving(house) as server:
        for number in range(30):
            assert server.ask("POST", "/webhooks/generic", an_alert(f"alert-{number}")).status == 202
        server.terminate()
    whole = house.database.read_bytes()

    middle = len(whole) // 2 // 4096 * 4096
    house.database.write_bytes(whole[:middle] + os.urandom(20_000) + whole[middle + 20_000 :])
    assert "is damaged" in (said := refused_start(house))
    assert "restore a copy" in said

    house.database.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in (said := refused_start(house))
    assert "restore a copy" in said

    house.database.write_bytes(b"This is no database at all. " * 1000)
    assert "restore a copy" in refused_start(house)

    house.database.write_bytes(whole)
    with sqlite3.connect(house.database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer version (schema 99" in refused_start(house)

    house.database.write_bytes(whole)
    with serving(house) as server:
        assert len(listed(server)) == 30


def test_a_folder_that_cannot_be_written_is_refused_with_what_to_do(tmp_path: Path) -> None:
    place = tmp_path / "read_only"
    place.mkdir(mode=0o500)
    mounted = os.geteuid() == 0
    if mounted and subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("a read-only folder for root needs a mount")
    try:
        said = refused_start(House(tmp_path, database=place / "oncall.db"))
    finally:
        if mounted:
            subprocess.run(["umount", "-l", place], check=True)

    assert "writable" in said


def half_a_request(port: int, body: bytes) -> socket.socket:
    """A request that stops in the middle of its body, and the connection it is on."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"POST /webhooks/generic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
    return connection


def test_sigterm_answers_what_is_under_way_and_records_what_is_being_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = b'{"title": "under way", "dedup_key": "under way", "severity": "critical"}'
    with people() as them:
        house = House(tmp_path, people=them.url)
        them.slow = 1.0
        with serving(house) as server, sending([house.port], threads=4, pause=0.01) as sender:
            wait_for(lambda: len(sender.log) > 20, "some load")
            half = half_a_request(house.port, body)
            time.sleep(0.3)
            ended: list[float] = []
            stopper = threading.Thread(target=lambda: ended.append(server.terminate()))
            stopper.start()
            time.sleep(0.3)
            half.sendall(body[len(body) // 2 :])
            answer = half.recv(4096)
            half.close()
            stopper.join()
            assert server.process.returncode == 0, server.said()
            sender.stop()
        assert answer.startswith(b"HTTP/1.1 202")
        assert ended[0] < 8, ended
        before = len(them.got)
        with serving(house) as server:
            accepted = [one.name for one in sender.log] + ["under way"]
            due = [(name, who) for name in accepted for who in ("asha", "ben")]
            wait_for(lambda: all(name in them.titles_of(who) for name, who in due), "every page that is due")
            time.sleep(1.0)
            server.terminate()
    heard = Counter((title, one.person) for one in them.got for title in one.titles)
    again = {page: count for page, count in heard.items() if count > 1}
    figures = {"accepted": len(accepted), "sent before the end": before, "after the restart": len(them.got) - before}
    with capsys.disabled():
        print("\nSIGTERM:", figures | {"doubled": len(again), "seconds to end": round(ended[0], 1)})
    assert again == {}
    assert "Traceback" not in server.said()


def test_sigterm_waits_for_nobody_for_ever(tmp_path: Path) -> None:
    """A request that is never finished, and a person whose address never answers."""
    with people() as them:
        house = House(tmp_path, people=them.url)
        them.hung = {"ben"}
        with serving(house) as server:
            half = half_a_request(house.port, b"x" * 1000)
            assert server.ask("POST", "/webhooks/generic", an_alert("hung")).status == 202
            wait_for(lambda: them.titles_of("ben") == ["hung"], "the page")

            took = server.terminate()

            half.close()
            assert server.process.returncode == 0, server.said()
            assert took < 25, took
        assert them.titles_of("asha") == ["hung"]
        them.hung = set()
        with serving(house):
            wait_for(lambda: them.titles_of("ben") == ["hung", "hung"], "the page that had no answer")
        assert len({one.key for one in them.got if one.person == "ben"}) == 1
        assert them.titles_of("asha") == ["hung"]
