"""axe-core, which finds what keeps people from using a page: its rules run in the page itself."""

from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Axe:
    script: str

    def violations(self, page: Page) -> list[str]:
        """Each rule that the page breaks, with the first places that break it."""
        page.evaluate(f"() => {{ if (!window.axe) {{ {self.script} }} }}")
        found = page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:150] for node in one['nodes'][:3]]}"
            for one in found
        ]
