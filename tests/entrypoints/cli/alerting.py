"""Prometheus rule files for the tests of `check`."""

SOUND = """
groups:
  - name: payments
    rules:
      - record: job:up
        expr: up
      - alert: PaymentsApiDown
        expr: up == 0
        annotations: {summary: "{{ $labels.instance }} is down"}
"""
UNOWNED = """
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up == 0
        labels: {severity: critical, sqaud: web}
        annotations: {runbook_url: https://wiki.example.com/shop}
"""
