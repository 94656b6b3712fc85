"""What a simulated resident says, and how long they take for it: pure, with the chance given."""

from dataclasses import dataclass, field
from random import Random

from clinic_tui.demo.dataset import Dataset, Script

LETTERS_A_SECOND = {"slow": 4.0, "normal": 7.0, "fast": 11.0}
"""How fast residents type, in letters a second."""
LONGEST_TYPING = 14.0
"""Seconds; a demo's resident hurries with long answers."""


@dataclass
class Character:
    """One resident in one chat, following their script."""

    dataset: Dataset
    script: Script
    random: Random
    asks_back: bool = True
    """Whether they sometimes go on with a question of their own."""
    said: int = 0
    """How many answers were given."""
    parting: bool = False
    """Whether the resident has said goodbye."""
    _fallbacks: list[str] = field(default_factory=list[str])
    _asks: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._fallbacks = list(self.script.fallback)
        self._asks = list(self.script.asks)

    def answer(self, text: str) -> list[str]:
        """The messages that answer one from staff: none after the goodbye; now and then a question back."""
        if self.parting:
            return []
        answer = self.dataset.reply(self.script, text)
        if answer is None:
            if not self._fallbacks:
                return []
            answer = self._fallbacks.pop(0)
            self._fallbacks.append(answer)
        self.said += 1
        self.parting = answer == self.script.closing
        may_ask = self.asks_back and self._asks and not self.parting and self.said >= 2
        if may_ask and self.random.random() < 0.35:
            return [answer, self._asks.pop(0)]
        return [answer]

    def reading_seconds(self, text: str) -> float:
        """How long the resident reads before typing."""
        return 0.8 + min(5.0, len(text) / 60) + self.random.random() * 1.5

    def typing_seconds(self, text: str) -> float:
        """How long the resident types this."""
        pace = LETTERS_A_SECOND[self.script.speed]
        return min(LONGEST_TYPING, 0.6 + len(text) / pace) * (0.8 + 0.4 * self.random.random())
