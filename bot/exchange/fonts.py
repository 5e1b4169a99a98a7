"""A font of this machine that has Chinese letters. None comes with the bot: they are large and licensed apart."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import ImageFont

from bot.errors import Refusal

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
NAMES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
)  # the first one found is taken
MOST_FACES = 12
Font = ImageFont.FreeTypeFont


class NoFont(Refusal):
    """There is no font with Chinese letters on this machine."""

    words = "服务器上没有中文字体，画不了图片。请管理员安装一种，例如Debian和Ubuntu上的fonts-noto-cjk；表格不受影响。"


def find(folders: Iterable[str | Path] = FOLDERS) -> Path:
    """The file of the font to draw with. Raises NoFont."""
    places = {name: place for place, name in enumerate(NAMES)}
    found = [path for folder in folders for path in _files(Path(folder).expanduser()) if path.name in places]
    if not found:
        raise NoFont
    return min(found, key=lambda path: (places[path.name], str(path)))


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def opened(path: Path, size: int) -> Font:
    """The font in a size; of a collection the face for simplified Chinese. Raises NoFont for a file that is none."""
    try:
        face = _simplified(path) if path.suffix.lower() == ".ttc" else 0
        return ImageFont.truetype(path, size, face)
    except OSError:
        raise NoFont from None


def _simplified(path: Path) -> int:
    for face in range(MOST_FACES):
        try:
            family = ImageFont.truetype(path, 10, face).getname()[0] or ""
        except OSError:
            break
        if "SC" in family.split():
            return face
    return 0
