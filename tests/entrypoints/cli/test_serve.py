"""`serve`: it says where it is, pages with the command that it prints, and ends or refuses without a traceback."""

import json
import os
import socket
import subprocess
from pathlib import Path
from time import monotonic

import httpx
import pytest

from app.entrypoints.cli.running import GRACE_SECONDS
from tests.entrypoints.cli.terminal import Process, rest

pytestmark = pytest.mark.server


def store(folder: Path) -> str:
    return f"sqlite:///{folder}/oncall.db"


def pasted(process: Process) -> str:
    """The command as it is printed."""
    process.line_with("Raise a first alert")
    return "".join(process.out.get(timeout=5) for _ in range(3))


def test_the_command_that_it_prints_pages_on_the_console(files: Path) -> None:
    process = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    try:
        process.line_with(r"listens on http://127\.0\.0\.1:\d+")
        secret = process.line_with(r"^  (oncall_\S+)$")[1]
        command = pasted(process)

        reply = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

        assert json.loads(reply.stdout)["outcomes"][0]["outcome"] == "opened"
        assert process.line_with(r"== PAGE for (\w+)")
        assert secret in command
    finally:
        code = process.end()
    assert code == 0
    logged = rest(process.err)
    assert secret not in logged
    assert all(json.loads(line) for line in logged.splitlines())


def test_the_link_that_it_prints_signs_in_and_an_open_page_does_not_hold_up_its_end(files: Path) -> None:
    process = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    with httpx.Client() as browser:
        try:
            url = process.line_with(r"listens on (http://127\.0\.0\.1:\d+)")[1]
            link = process.line_with(r"^  (http\S+/sign-in/link/\S+)$")[1]
            browser.post(link, data={"person": "asha"})

            assert browser.get(url).status_code == 200
            with browser.stream("GET", f"{url}/live/incidents") as stream:
                assert next(stream.iter_lines()).startswith("id: ")
                asked = monotonic()
                code = process.end()
        finally:
            process.end()
    assert code == 0
    assert monotonic() - asked < GRACE_SECONDS
    assert link.rpartition("/")[2] not in rest(process.err)


def test_the_secret_of_the_environment_is_never_printed(files: Path) -> None:
    secret = "correct-horse-battery"
    process = Process.start("serve", "--store", store(files), folder=files, ONCALL_PORT="0", ONCALL_ADMIN_TOKEN=secret)
    try:
        process.line_with("listens on")
        command = pasted(process)
        environment = {**os.environ, "ONCALL_ADMIN_TOKEN": secret}

        reply = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env=environment)

        assert json.loads(reply.stdout)["accepted"] == 1
        assert "Bearer $ONCALL_ADMIN_TOKEN" in command
    finally:
        process.end()
    assert secret not in rest(process.out) + rest(process.err)


def test_the_first_token_is_shown_once(files: Path) -> None:
    first = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    first.line_with("It is shown this once")
    first.end()
    second = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    try:
        assert "Bearer $ONCALL_TOKEN" in pasted(second)
    finally:
        second.end()


def test_a_port_in_use_is_said_in_a_line(files: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = Process.start("serve", "--port", str(port), "--store", store(files), folder=files)
        code = process.wait()

    said = f"port {port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port\n"
    assert (code, rest(process.out), rest(process.err)) == (1, "", said)
    assert not (files / "oncall.db").exists()


def test_each_problem_of_a_broken_rules_file_is_a_line(files: Path) -> None:
    (files / "routing_rules.yaml").write_text("version: 2\npeple: {}\n")
    process = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    code = process.wait()

    lines = rest(process.err).splitlines()
    assert code == 1
    assert lines
    assert all(line.startswith("routing_rules.yaml:") for line in lines)


def test_a_store_that_must_not_be_opened_is_refused_in_a_line(files: Path) -> None:
    (files / "oncall.db").write_text("this is no database" * 100)
    process = Process.start("serve", "--port", "0", "--store", store(files), folder=files)
    code = process.wait()

    assert (code, len(rest(process.err).splitlines()), rest(process.out)) == (1, 1, "")


def test_a_setting_that_cannot_be_is_named(files: Path) -> None:
    process = Process.start("serve", "--store", store(files), folder=files, ONCALL_LINK_HOURS="soon", ONCALL_PORT="0")
    code = process.wait()

    assert code == 1
    assert rest(process.err).startswith("ONCALL_LINK_HOURS: Input should be a valid integer")
