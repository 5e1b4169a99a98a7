"""Pictures that pages carry inline."""

import io

import segno
from markupsafe import Markup


def qr(text: str, title: str) -> Markup:
    """A QR code as inline SVG without any style of its own; `title` names it for those who do not see it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2, title=title, nl=False
    )
    return Markup(out.getvalue().decode())
