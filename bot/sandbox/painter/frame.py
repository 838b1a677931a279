"""How large a picture is."""

from collections.abc import Mapping

SIZE_AT_1024: Mapping[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "3:4": (864, 1152),
    "4:3": (1152, 864),
    "9:16": (720, 1280),
    "16:9": (1280, 720),
}
"""Width and height in pixels: the sizes commonly listed for Seedream 3.0, of nearly the same area each."""


def picture_size(ratio: str, clarity: int) -> tuple[int, int]:
    """Give width and height in pixels.

    The vendor's document does not say what a clarity means for each ratio. Here clarity c means an area of about
    c²: the sizes at 1024, times c/1024, so 1:1 at 2048 is 2048x2048, 16:9 at 2048 is 2560x1440, and each of these
    ratios is exact.
    """
    if ratio in SIZE_AT_1024:
        width, height = SIZE_AT_1024[ratio]
        return width * clarity // 1024, height * clarity // 1024
    across, down = map(int, ratio.split(":"))
    return round(clarity * (across / down) ** 0.5), round(clarity * (down / across) ** 0.5)
