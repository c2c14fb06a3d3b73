"""What everything else is made of: settings, store, clock, rules in force, and what each request needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.adapters.confirm_links import ConfirmLinks
from app.adapters.file_watch import FileWatch
from app.adapters.links import ActionLinks
from app.adapters.metrics import Metrics
from app.adapters.outbound_http import OutboundHttp
from app.adapters.phone_tickets import PhoneTickets
from app.adapters.sessions import Sessions
from app.config import Settings
from app.service.apply import Applier
from app.service.audit_log import AuditLog
from app.service.bell import Bell
from app.service.idempotency import Idempotency
from app.service.in_force import InForce
from app.service.opt_outs import OptOuts
from app.service.ports import Clock, Store
from app.service.reached import Reached
from app.service.signing_in import SigningIn
from app.service.tokens import Tokens


@dataclass(slots=True)
class Parts:
    """`name` is this process's among all that share the store; `secret_key` signs links, calls and sessions."""

    settings: Settings
    clock: Clock
    store: Store
    in_force: InForce
    bell: Bell
    applier: Applier
    tokens: Tokens
    audit_log: AuditLog
    idempotency: Idempotency
    new_id: Callable[[], str]
    links: ActionLinks
    sessions: Sessions
    signing_in: SigningIn
    tickets: PhoneTickets
    secret_key: str = field(repr=False)
    confirm_links: ConfirmLinks
    opt_outs: OptOuts
    reached: Reached
    metrics: Metrics
    http: OutboundHttp
    watch: FileWatch
    name: str
    started_at: datetime
