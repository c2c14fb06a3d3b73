"""The use cases of the written process around an incident: rotas, cover, triage, post-mortems, pay and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from app.adapters.absence_calendars import AbsenceCalendars, read_absences
from app.adapters.pay_rates import read_pay_rates
from app.adapters.postmortem_template import PostMortemTemplate
from app.adapters.silence_forms import compile_matches, compile_week
from app.config import Settings
from app.service.absences import Absences
from app.service.consents import Consents
from app.service.cover_watch import CoverWatch
from app.service.covers import Covers
from app.service.gap_watch import GapWatch
from app.service.learning import Reports
from app.service.opted_out import OptedOut
from app.service.page_tests import PageTests
from app.service.pay import Pay
from app.service.ports import Channel
from app.service.postmortems import PostMortems
from app.service.review import Review
from app.service.rota_facts import RotaFacts
from app.service.rota_history import RotaHistory
from app.service.shadowings import Shadowings
from app.service.shift_feeds import ShiftFeeds
from app.service.shift_import import ShiftImport
from app.service.shift_telling import ShiftTelling
from app.service.silences import Forms, Silences
from app.service.triage_handover import TriageHandover
from app.service.weekly_report import WeeklyReport
from app.wired_parts import Parts
from app.wired_rules import read_kept


@dataclass(slots=True)
class WrittenProcess(Parts):
    """The parts, and what `add_process` and `add_reaching` make of them."""

    silences: Silences = field(init=False)
    rota_facts: RotaFacts = field(init=False)
    rota_history: RotaHistory = field(init=False)
    shift_feeds: ShiftFeeds = field(init=False)
    shift_import: ShiftImport = field(init=False)
    gap_watch: GapWatch = field(init=False)
    covers: Covers = field(init=False)
    consents: Consents = field(init=False)
    opted_out: OptedOut = field(init=False)
    shadowings: Shadowings = field(init=False)
    absences: Absences = field(init=False)
    cover_watch: CoverWatch = field(init=False)
    triage_handover: TriageHandover = field(init=False)
    post_mortems: PostMortems = field(init=False)
    review: Review = field(init=False)
    pay: Pay = field(init=False)
    reports: Reports = field(init=False)
    weekly_report: WeeklyReport = field(init=False)
    page_tests: PageTests = field(init=False)
    shift_telling: ShiftTelling = field(init=False)


def add_process(process: WrittenProcess) -> None:
    """All but what needs the channels."""
    settings, store, in_force, clock = process.settings, process.store, process.in_force, process.clock
    forms = Forms(compile_matches, compile_week)
    process.silences = Silences(store, in_force, process.applier, clock, forms, process.new_id)
    _add_rotas(process)
    process.triage_handover = TriageHandover(store, in_force, clock, settings.base_url, process.bell.ring)
    _add_post_mortems(process)
    process.pay = Pay(store, process.rota_history, partial(read_pay_rates, settings.pay_rates), clock)
    process.reports = Reports(store, in_force)
    process.weekly_report = WeeklyReport(store, process.reports, in_force, clock, partial(_report_address, settings))


def _report_address(settings: Settings, squad: str, monday: date) -> str:
    """The page of a squad's week."""
    week = f"{monday:%G-W%V}"
    return f"{settings.base_url.rstrip('/')}/reports?{urlencode({'week': week, 'squad': squad})}"


def add_reaching(process: WrittenProcess, channels: Mapping[str, Channel]) -> None:
    """What tries whether people can be reached, and tells them of their shifts."""
    store, in_force, reached = process.store, process.in_force, process.reached
    clock, ring = process.clock, process.bell.ring
    process.page_tests = PageTests(
        store=store,
        in_force=in_force,
        reached=reached,
        clock=clock,
        new_id=process.new_id,
        set_up=lambda: channels,
        link=process.confirm_links.address,
        ring=ring,
    )
    process.shift_telling = ShiftTelling(store, in_force, reached, clock, ring)


def _add_rotas(process: WrittenProcess) -> None:
    facts = RotaFacts(process.store, process.in_force, process.clock)
    process.rota_facts = facts
    page = f"{process.settings.base_url.rstrip('/')}/rota"
    process.rota_history = RotaHistory(facts, process.in_force, read_kept)
    process.shift_feeds = ShiftFeeds(
        store=process.store,
        history=process.rota_history,
        in_force=process.in_force,
        clock=process.clock,
        key=process.secret_key,
        base_url=process.settings.base_url,
        new_id=process.new_id,
    )
    process.shift_import = ShiftImport(facts, process.new_id)
    process.gap_watch = GapWatch(process.store, process.in_force, process.clock)
    process.covers = Covers(facts, process.new_id, page)
    process.consents = Consents(facts, process.new_id)
    process.opted_out = OptedOut(facts, process.new_id)
    process.shadowings = Shadowings(facts, process.new_id)
    fetch = AbsenceCalendars(process.http).fetch
    process.absences = Absences(process.store, process.in_force, process.clock, fetch, read_absences)
    process.cover_watch = CoverWatch(facts, process.absences, page)


def _add_post_mortems(process: WrittenProcess) -> None:
    settings, store, in_force, clock = process.settings, process.store, process.in_force, process.clock
    template = PostMortemTemplate(Path(settings.postmortem_template) if settings.postmortem_template else None)
    base = settings.base_url.rstrip("/")
    process.post_mortems = PostMortems(
        store, in_force, clock, process.new_id, template.begin, lambda id: f"{base}/postmortems/{id}"
    )
    process.review = Review(store, process.post_mortems, in_force, clock)
