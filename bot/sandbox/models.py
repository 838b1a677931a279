"""Which models the sandbox draws with, and what each takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxModel:
    """`clarities` are roughly the side in pixels of a square."""

    code: str
    name: str
    ratios: tuple[str, ...]
    clarities: tuple[int, ...]
    most_pictures: int
    takes_pictures: bool


SEEDREAM_3 = SandboxModel(
    code="doubao-seedream-3.0-t2i",
    name="Seedream 3.0",
    ratios=("1:1", "3:4", "4:3", "9:16", "16:9"),
    clarities=(1024, 2048, 4096),
    most_pictures=4,
    takes_pictures=False,
)
