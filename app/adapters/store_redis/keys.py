"""The name of every key on the server, all with one hash tag, so that a deployment lives in one slot of a cluster."""

from dataclasses import dataclass

FIXED = (
    "incidents",
    "heads",
    "keys_of_incidents",
    "index",
    "resolved",
    "timers_due",
    "timers_leased",
    "timers_leased_due",
    "outbox_due",
    "outbox_leased",
    "outbox_leased_due",
    "records",
    "record_ids",
    "record_expiry",
    "bell",
)
"""What there is one of. Every script is handed all of these after its `done` mark, in this order:

- `incidents` hash, id to document; `heads` hash, id to `[version, [places in the index], [group keys]]` as JSON
- `keys_of_incidents` hash, key to "incident firing episode"
- `index` sorted by text: `place NUL id` for each place where an incident is listed
- `resolved` ids by the instant of resolving
- `timers_…` ids and `outbox_…` `id NUL key`, by due time; while leased they are in the other two: by the end of the
  lease, and by the due time they will have again. All times are whole microseconds since 1970.
- `records` hash, `kind NUL id` to "expiry LF body"; `record_ids` the same names sorted by text; `record_expiry` by time
- `bell` is no key but the channel on which a commit says that there is something to do
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one deployment; several deployments may share a server."""

    deployment: str

    @property
    def fixed(self) -> tuple[str, ...]:
        return tuple(self.named(name) for name in FIXED)

    @property
    def schema(self) -> str:
        return self.named("schema")

    def named(self, name: str) -> str:
        return f"{{{self.deployment}}}:{name}"

    def done(self, op: str) -> str:
        """There while it is remembered that the call of this id was carried out; it may hold the call's answer."""
        return self.named(f"done:{op}")

    def alerts(self, incident: str) -> str:
        """Hash of an incident's alerts by key."""
        return self.named(f"alerts:{incident}")

    def timeline(self, incident: str) -> str:
        """List with the entries of one commit in each place."""
        return self.named(f"timeline:{incident}")

    def outbox(self, incident: str) -> str:
        """Hash of an incident's notifications by key."""
        return self.named(f"outbox:{incident}")

    def of_incident(self, incident: str) -> tuple[str, str, str]:
        """What a script is handed for each incident that it writes, in this order."""
        return self.alerts(incident), self.timeline(incident), self.outbox(incident)
