"""Opsgenie's Alert API as use cases: its alerts are our incidents, and what it calls an action is one of ours."""
