"""A folder of runbooks: what counts, and that no file in it can stop the others."""

import os
from pathlib import Path

import pytest

from app.adapters.runbooks_md import load_runbooks, steps_of
from app.domain.runbook import Library, Runbook

GOOD = """---
alerts: [PaymentsApiDown, PaymentsSlow]
owner: payments
---
# The payments *API* is down

Why it matters.

## Steps

1. Look.
2. Act.

### If that fails

Call.

## Afterwards

Rest.
"""


def write(folder: Path, **files: str | bytes) -> Path:
    runbooks = folder / "runbooks"
    runbooks.mkdir(exist_ok=True)
    for name, text in files.items():
        (runbooks / f"{name.replace('_', '-')}.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return runbooks


def test_a_runbook_has_a_title_steps_alerts_and_an_owner(tmp_path: Path) -> None:
    library, warnings = load_runbooks(write(tmp_path, payments_api_down=GOOD), ["wiki.example.com"])

    assert warnings == ()
    assert library == Library(
        {
            "payments-api-down": Runbook(
                slug="payments-api-down",
                title="The payments API is down",
                steps="1. Look.\n2. Act.\n\n### If that fails\n\nCall.",
                alerts=("PaymentsApiDown", "PaymentsSlow"),
                owner="payments",
                text=GOOD.split("---\n")[2],
            )
        },
        {"PaymentsApiDown": "payments-api-down", "PaymentsSlow": "payments-api-down"},
        frozenset({"wiki.example.com"}),
    )


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("# Steps\ndo it", "do it"),
        ("###### steps:\ndo it\n# Next\nno", "do it"),
        ("Steps\n-----\ndo it\n\nNext\n----\nno", "do it"),
        ("## **Steps** ##\ndo it", "do it"),
        ("```\n## Steps\n```\nnothing", ""),
        ("## Steps\n~~~sh\n# not a heading\nrun\n~~~\nend", "~~~sh\n# not a heading\nrun\n~~~\nend"),
        ("## Steps\n\n   \n## Next\nno", ""),
        ("## Steps\n<!-- to do:\n\n later -->\n## Next", ""),
        ("## Steps to take\nno", ""),
        ("no headings", ""),
        ("", ""),
        ("## Steps\nfirst\n## Steps\nsecond", "first"),
        ("## Steps\nfirst\x0c\n# Next\nno", "first"),
    ],
)
def test_the_steps_are_the_section_of_that_name(text: str, steps: str) -> None:
    assert steps_of(text) == steps


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    runbooks = write(tmp_path, a=b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    library, warnings = load_runbooks(runbooks)

    assert (warnings, library.by_slug["a"].owner) == ((), "payments")
    assert library.by_slug["a"].steps.startswith("1. Look.\n2. Act.")


def test_a_file_without_heading_is_called_by_its_name(tmp_path: Path) -> None:
    library, _ = load_runbooks(write(tmp_path, api_down="just text"))

    assert library.by_slug["api-down"] == Runbook("api-down", "api-down", "", text="just text")


def test_one_alert_and_one_owner_may_be_plain_text(tmp_path: Path) -> None:
    library, warnings = load_runbooks(write(tmp_path, a="---\nalerts: Down\nowner: web\nother: [1]\n---\n"))

    assert (warnings, library.by_alert, library.by_slug["a"].owner) == ((), {"Down": "a"}, "web")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nalerts: [a\n---\n# T", "runbooks/a.md:3 this is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("---\nowner: x\nowner: y\n---\n# T", 'runbooks/a.md:3 the key "owner" is already in line 2'),
        ("---\nalerts: {a: b}\n---\n# T", "runbooks/a.md:2 alerts: must be text, or a list of texts"),
        ("---\nalerts: [a, [b]]\n---\n# T", "runbooks/a.md:2 alerts: must be text, or a list of texts"),
        ("---\n- a\n---\n# T", "runbooks/a.md:2 the front matter must be a mapping"),
        ("---\nalerts: [a]\n# T", "runbooks/a.md:1 the front matter has no end; close it with a line of ---"),
    ],
)
def test_broken_front_matter_is_a_warning_and_the_runbook_still_counts(tmp_path: Path, text: str, said: str) -> None:
    library, warnings = load_runbooks(write(tmp_path, a=text + "\n## Steps\ngo"))

    assert tuple(map(str, warnings)) == (said,)
    assert library.by_slug["a"].steps == "go"


def test_a_file_that_cannot_be_read_is_a_warning_and_the_others_count(tmp_path: Path) -> None:
    runbooks = write(tmp_path, a=b"# T\n\n\xff", b="x" * 256_001, d=GOOD)
    (runbooks / "c.md").mkdir()
    (runbooks / "notes.txt").write_text("not a runbook")
    (runbooks / ".hidden.md").write_text("not a runbook")

    library, warnings = load_runbooks(runbooks)

    assert list(library.by_slug) == ["d"]
    assert tuple(map(str, warnings)) == (
        "runbooks/a.md:3 is not UTF-8 text, so it is not read",
        "runbooks/b.md is larger than 256,000 bytes, so it is not read",
        "runbooks/c.md is not a file",
    )


def test_a_pipe_does_not_hang_the_loader(tmp_path: Path) -> None:
    runbooks = write(tmp_path)
    os.mkfifo(runbooks / "a.md")

    assert [str(one) for one in load_runbooks(runbooks)[1]] == ["runbooks/a.md is not a file"]


def test_links_out_of_the_folder_are_refused_and_links_within_it_followed(tmp_path: Path) -> None:
    runbooks = write(tmp_path)
    (tmp_path / "secret.md").write_text("## Steps\nsecret")
    (runbooks / "..data").mkdir()
    (runbooks / "..data" / "a.md").write_text(GOOD)
    (runbooks / "a.md").symlink_to("..data/a.md")
    (runbooks / "b.md").symlink_to("../secret.md")
    (runbooks / "c.md").symlink_to("nowhere.md")
    (runbooks / "d.md").symlink_to("d.md")

    library, warnings = load_runbooks(runbooks)

    assert list(library.by_slug) == ["a"]
    assert tuple(map(str, warnings)) == (
        "runbooks/b.md leads out of the folder, so it is not read",
        "runbooks/c.md cannot be read: No such file or directory",
        "runbooks/d.md cannot be read: links in a circle",
    )


def test_two_runbooks_for_one_alert_are_a_warning(tmp_path: Path) -> None:
    library, warnings = load_runbooks(write(tmp_path, a=GOOD, b="---\nalerts: PaymentsSlow\n---\n"))

    assert library.by_alert["PaymentsSlow"] == "a"
    assert tuple(map(str, warnings)) == ('runbooks/b.md alerts: "PaymentsSlow" is already taken by a.md',)


def test_a_folder_that_does_not_exist_has_no_runbooks(tmp_path: Path) -> None:
    assert load_runbooks(tmp_path / "none") == (Library({}, {}), ())
