"""What a file really is, told from its bytes. Pure; whatever is not known for sure is nothing."""

import io
import zipfile
from typing import NamedTuple

MOST_BYTES = 5 * 2**20
_MOST_ENTRIES = 2000


class FileType(NamedTuple):
    """A type we keep: its name on the wire and the ending of its file name."""

    mime: str
    ending: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG, PNG = FileType("image/jpeg", "jpg"), FileType("image/png", "png")
WEBP, GIF = FileType("image/webp", "webp"), FileType("image/gif", "gif")
PDF = FileType("application/pdf", "pdf")
XLSX = FileType(f"{_OFFICE}spreadsheetml.sheet", "xlsx")
DOCX = FileType(f"{_OFFICE}wordprocessingml.document", "docx")
_HEADS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)


def sniff(body: bytes) -> FileType | None:
    """The type, or None for what is not kept: empty, larger than 5 MB, or of another kind."""
    if not 0 < len(body) <= MOST_BYTES:
        return None
    for head, found in _HEADS:
        if body.startswith(head):
            return found
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return WEBP
    return _office(body) if body.startswith(b"PK\x03\x04") else None


def _office(body: bytes) -> FileType | None:
    """A workbook or a document by what its archive lists; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        return None
    if len(names) > _MOST_ENTRIES or any(each.endswith("vbaProject.bin") for each in names):
        return None
    if "xl/workbook.xml" in names:
        return XLSX
    return DOCX if "word/document.xml" in names else None
