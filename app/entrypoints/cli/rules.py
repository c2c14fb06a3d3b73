"""`oncall-router rules` and `reload`: what is in force on the server, and reading the files again."""

from app.entrypoints.cli.options import DEFAULT_URL, AsJson, Token, Url
from app.entrypoints.cli.printing import local, say, say_json, table
from app.entrypoints.cli.server import Fields, Server, fields, rows, word, words


def rules(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Show the rules in force, and what is wrong with a newer file that was refused."""
    answer = Server(url, token).get("rules")
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    say(f"Version {word(found['version'])}, in force since {local(word(found['loaded_at']))}")
    _complaints("A newer file was REFUSED, so these rules stay:", found["refusal"])
    _complaints("Warnings:", found["warnings"])
    say(table(("rule", "where", "severity", "squad", "runbook"), map(_rule, rows(found["rules"])), "Rules"))
    say(table(("policy", "hours", "who is told, and how long after the step before"), _policies(found), "Policies"))
    say(table(("rota", "members in turn", "handover"), map(_rota, rows(found["rotas"])), "Rotas"))
    say(f"The last resort is {word(found['last_resort'])}.")


def reload(url: Url = DEFAULT_URL, token: Token = "", as_json: AsJson = False) -> None:
    """Have the server read its rules and runbooks again. A broken file is refused; the last good one keeps paging."""
    answer = Server(url, token).post("rules", "reload")
    if as_json:
        say_json(answer.text)
        return
    found = answer.fields
    verb = "Now in force" if found["changed"] else "Nothing has changed"
    say(f"{verb}: version {word(found['version'])}")
    _complaints("Warnings:", found["warnings"])


def _complaints(heading: str, found: object) -> None:
    if isinstance(found, list) and found:
        say("\n".join([heading, *(f"  {word(one)}" for one in found)]))


def _rule(rule: Fields) -> tuple[str, ...]:
    squad = word(rule["squad"] or rule["squad_from"])
    return word(rule["name"]), word(rule["where"]), word(rule["severity"]), squad, word(rule["runbook"])


def _policies(found: Fields) -> list[tuple[str, ...]]:
    return [
        (word(policy["name"]), half.replace("_", " "), _chain(fields(policy[half])))
        for policy in rows(found["policies"])
        for half in ("in_hours", "out_of_hours")
    ]


def _chain(chain: Fields) -> str:
    if chain["hold"]:
        return "held until the next working day"
    steps = rows(chain["steps"])
    said = [
        words(step["tell"]) if not n else f"after {word(step['after'])}: {words(step['tell'])}"
        for n, step in enumerate(steps)
    ]
    return "; ".join(said)


def _rota(rota: Fields) -> tuple[str, ...]:
    zone = word(rota["timezone"])
    return word(rota["name"]).replace("_", " "), words(rota["members"]), f"{word(rota['handover'])} ({zone})"
