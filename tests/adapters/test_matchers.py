"""Alertmanager's matchers: what they read, what they mean, and what they refuse."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.matchers import InvalidMatcher, Matcher, Operator, compile_matchers, parse_matchers
from app.domain.alert import Alert
from tests.builders import an_alert

EQUAL, NOT_EQUAL, MATCHES, NOT_MATCHES = Operator.EQUAL, Operator.NOT_EQUAL, Operator.MATCHES, Operator.NOT_MATCHES


def holds(text: str, alert: Alert) -> bool:
    return compile_matchers(parse_matchers(text))(alert)


@pytest.mark.parametrize(
    ("text", "matchers"),
    [
        ('service="payments"', [Matcher("service", EQUAL, "payments")]),
        ("service=payments", [Matcher("service", EQUAL, "payments")]),
        ("  env != dev ", [Matcher("env", NOT_EQUAL, "dev")]),
        ('severity=~"critical|page"', [Matcher("severity", MATCHES, "critical|page")]),
        ("team!~web.*", [Matcher("team", NOT_MATCHES, "web.*")]),
        ('"service name"="a b"', [Matcher("service name", EQUAL, "a b")]),
        ("größe.max/x=1", [Matcher("größe.max/x", EQUAL, "1")]),
        ('a=""', [Matcher("a", EQUAL, "")]),
        (r'a="say \"hi\"\n\\"', [Matcher("a", EQUAL, 'say "hi"\n\\')]),
        (r'a=~"foo\.bar\d"', [Matcher("a", MATCHES, r"foo\.bar\d")]),
        ('{a="b", c!="d,}"}', [Matcher("a", EQUAL, "b"), Matcher("c", NOT_EQUAL, "d,}")]),
        ("a=b,c=d,", [Matcher("a", EQUAL, "b"), Matcher("c", EQUAL, "d")]),
        ("{a=b,}", [Matcher("a", EQUAL, "b")]),
        ("{}", []),
        ("", []),
    ],
)
def test_it_reads_the_syntax_of_alertmanager(text: str, matchers: list[Matcher]) -> None:
    assert parse_matchers(text) == tuple(matchers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "matcher a needs one of = != =~ !~ at position 2 (the end)"),
        ("a b", "matcher a b needs one of = != =~ !~ at position 3"),
        ("a==b", "matcher a==b needs one of = != =~ !~ at position 2"),
        ("a>b", "matcher a>b needs one of = != =~ !~ at position 4 (the end)"),
        ("=b", "matcher =b needs a name, in double quotes if it holds other than letters and digits at position 1"),
        ('""=b', 'matcher ""=b needs a name at position 1'),
        ('a="b', 'matcher a="b needs a second quote, to close the one at position 3'),
        ("a=b c", "matcher a=b c needs a comma or the end at position 5"),
        ("{a=b", 'matcher {a=b needs a comma or "}" at position 5 (the end)'),
        ("{a=b}c", "matcher {a=b}c needs nothing after the closing brace at position 6"),
        (
            "a='b'",
            "matcher a='b' needs a value, in double quotes if it holds other than letters and digits at position 3",
        ),
        ("a=b}", "matcher a=b} needs a comma or the end at position 4"),
    ],
)
def test_a_slip_is_named_with_its_position(text: str, said: str) -> None:
    with pytest.raises(InvalidMatcher) as refused:
        parse_matchers(text)

    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("(", 'a=~"(" holds no regular expression that RE2 can read: missing ): ('),
        (r"(a)\1", r'a=~"(a)\\1" holds no regular expression that RE2 can read: invalid escape sequence: \1'),
        ("a(?=b)", 'a=~"a(?=b)" holds no regular expression that RE2 can read: invalid perl operator: (?='),
    ],
)
def test_an_expression_that_re2_cannot_read_is_refused(
    expression: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidMatcher) as refused:
        compile_matchers([Matcher("a", MATCHES, expression)])

    assert str(refused.value) == said
    assert capfd.readouterr() == ("", "")


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(InvalidMatcher, match="a matcher of 5,000 characters is too long"):
        parse_matchers("a=" + "b" * 4_998)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('service="payments"', True),
        ('service="pay"', False),
        ('service!="web"', True),
        ('service=~"pay"', False),
        ('service=~"pay.*"', True),
        ('service=~"web|payments"', True),
        ('service=~"web|pay"', False),
        ('service!~"web|pay.*"', False),
        ('source="alertmanager"', True),
        ('team=""', True),
        ('team!=""', False),
        ('team=~".*"', True),
        ('team=~".+"', False),
        ('summary=~"(?s).*second.*"', True),
        ('summary=~".*second.*"', False),
        ('summary=~"(?i:first\\nSECOND)"', True),
        ('service="payments",team="x"', False),
        ('service="payments",team="",env="live"', True),
        ('service="payments",team="",env="dev"', False),
        ("{}", True),
    ],
)
def test_all_matchers_must_hold_over_labels_and_annotations(text: str, expected: bool) -> None:
    alert = an_alert(labels={"service": "payments", "env": "live"}, annotations={"summary": "first\nsecond"})

    assert holds(text, alert) is expected


def test_a_text_with_half_a_surrogate_pair_is_matched_and_not_a_crash() -> None:
    assert holds('name=~"a.b"', an_alert(labels={"name": "a\ud800b"}))


def test_a_hostile_expression_and_a_long_text_take_no_time() -> None:
    assert not holds('name=~"(a+)+b"', an_alert(labels={"name": "a" * 100_000}))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
matchers = st.builds(Matcher, texts.filter(bool), st.sampled_from(Operator), texts)


@given(st.lists(matchers, max_size=5), st.booleans())
def test_what_is_written_is_read_again(written: list[Matcher], braced: bool) -> None:
    text = ", ".join(str(matcher) for matcher in written)

    assert parse_matchers(f"{{{text}}}" if braced else text) == tuple(written)


@given(st.text(st.sampled_from('ab"=!~{},\\ \n'), max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidMatcher):
        read = parse_matchers(text)
        assert parse_matchers(", ".join(str(matcher) for matcher in read)) == read


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "a b"]), min_size=1, max_size=4),
    st.sampled_from(["a", "b", "ab", "x", ""]),
)
def test_a_choice_of_plain_words_means_what_the_expression_means(words: list[str], value: str) -> None:
    choice = "|".join(words)
    alert = an_alert(labels={"name": value})

    assert holds(f'name=~"{choice}"', alert) == holds(f'name=~"(?:{choice})"', alert)
