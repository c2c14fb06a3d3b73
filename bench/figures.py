"""A figure: what was measured, in every round, its median, and whether it is what was promised."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal

Bound = Literal["≥", ">", "<", ""]


@dataclass(frozen=True, slots=True)
class Target:
    """What the median must be; without a bound the figure is only reported. An aim is no promise."""

    bound: Bound = ""
    value: float = 0.0
    is_aim: bool = False

    def holds(self, measured: float) -> bool:
        match self.bound:
            case "≥":
                return measured >= self.value
            case ">":
                return measured > self.value
            case "<":
                return measured < self.value
            case "":
                return True

    def __str__(self) -> str:
        aim = "aim " if self.is_aim else ""
        return f"{aim}{self.bound} {self.value:g}" if self.bound else ""


NO_TARGET = Target()


@dataclass(frozen=True, slots=True)
class Figure:
    """`rounds` holds one value per round. A group whose figures have a `column` is a grid: `name` is the row."""

    group: str
    name: str
    rounds: tuple[float, ...]
    unit: str
    target: Target = NO_TARGET
    column: str = ""

    @property
    def value(self) -> float:
        return median(self.rounds)

    @property
    def verdict(self) -> str:
        if not self.target.bound:
            return ""
        return "ok" if self.target.holds(self.value) else ("not yet" if self.target.is_aim else "MISSED")

    @property
    def is_missed(self) -> bool:
        return self.verdict == "MISSED"

    def shown(self) -> str:
        return f"{rounded(self.value)} {self.unit}".strip()

    def spread(self) -> str:
        return f"{rounded(min(self.rounds))} to {rounded(max(self.rounds))}" if len(self.rounds) > 1 else ""

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "value": self.value, "verdict": self.verdict, "target": str(self.target)}


def rounded(value: float) -> str:
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
