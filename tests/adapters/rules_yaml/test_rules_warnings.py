"""What is allowed in a file and yet probably not meant."""

from pathlib import Path

import pytest

from tests.adapters.rules_yaml.office import a_file, doubts


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            "rotas: {primary: {members: [asha, eve, eve]}}",
            "rotas.primary.members: eve has no on_call_since, so is passed over until there is a consent",
        ),
        (
            "rotas: {primary: {members: all}}\npeople: {asha: {email: a@b}, eve: {email: e@b, engineer: false}}\n"
            "squads: {}",
            "rotas.primary.members: asha has no on_call_since, so is passed over until there is a consent",
        ),
        ("squads: {web: {}}", "squads.web: has no channel, so what is for the squad is only on the console"),
        ("rules: [{match: [], runbook: api-down}]", "rules.runbook: runbook api-down: no such file"),
        (
            "rules: [{match: [], runbook: empty}]",
            "rules.runbook: runbook empty: its Steps section is missing or empty",
        ),
        (
            "rules: [{match: [], runbook: 'ftp://x'}]",
            "rules.runbook: runbook ftp://x: not an http or https link",
        ),
        (
            "heartbeats: {cron: {every: 1h, runbook: api-down}}",
            "heartbeats.runbook: runbook api-down: no such file",
        ),
        (
            "heartbeats: {cron: {every: 1h}}\nsources: {heartbeats: {on_missing_runbook: triage}}",
            "heartbeats.cron: has no runbook, so its silence pages nobody unless a rule names one",
        ),
        (
            "rules: [{match: [], squad: payments, squad_from: project}]",
            "rules.squad_from: squad_from is never read, for squad is set too",
        ),
        (
            "ladders: {quiet: [{send: [sms, console]}]}\npeople: {eve: {email: e@b}}\nsquads: {}\nrotas: {}",
            'people.eve: the ladder "quiet" reaches this person on the console only',
        ),
        (
            "inhibit: [{source: 'env!=\"dev\"', target: 'service=\"payments\"'}]",
            "inhibit.source: source asks for no value, so it means almost every alert",
        ),
        (
            "inhibit: [{source: 'alertname=\"SiteDown\"', target: ['a!=\"b\"', 'c=~\".*\"'], equal: site}]",
            "inhibit.target: target asks for no value, so it means almost every alert",
        ),
        (
            "people: {eve: {slack: U1}, asha: {}}\nsquads: {}\nrotas: {}",
            "people.asha: has no contact method but the console",
        ),
    ],
)
def test_it_is_said_and_the_file_is_used(tmp_path: Path, sections: str, said: str) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "empty.md").write_text("# Empty\n")

    warnings = doubts(tmp_path, a_file(sections))

    assert [warning.split(" ", 1)[1] for warning in warnings] == [said]
    assert all(warning.startswith("routing_rules.yaml:") for warning in warnings)


def test_a_member_who_has_opted_out_needs_no_consent(tmp_path: Path) -> None:
    assert doubts(tmp_path, a_file("rotas: {primary: {members: [asha, eve], opted_out: [eve]}}")) == ()


def test_a_ladder_without_the_console_falls_back_to_all_methods_and_is_no_warning(tmp_path: Path) -> None:
    sections = "ladders: {quiet: [{send: sms}]}\npeople: {eve: {email: e@b}}\nsquads: {}\nrotas: {}"

    assert doubts(tmp_path, a_file(sections)) == ()


def test_what_is_wrong_with_a_runbook_file_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "broken.md").write_bytes(b"\xff")

    assert doubts(tmp_path, a_file()) == ("runbooks/broken.md:1 is not UTF-8 text, so it is not read",)
