"""The file's word on post-mortems: by when, how often again, and where they are announced."""

from app.adapters.rules_yaml.contacts import parse_slack
from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape
from app.domain.postmortem_deadlines import PostMortemRules


def build_postmortems(file: FileShape, names: Names, report: Report) -> PostMortemRules:
    shape = file.postmortems
    for number, place in enumerate(shape.publish_to):
        where = shape.at("publish_to", number)
        if not place.startswith("#"):
            names.check("squads", place, where)
            continue
        try:
            parse_slack(place)
        except ValueError as error:
            report.refuse(where, str(error), "postmortems.publish_to")
    return PostMortemRules(due=shape.due, nag_every=shape.nag_every, publish_to=tuple(shape.publish_to))
