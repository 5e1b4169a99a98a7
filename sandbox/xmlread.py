"""Reads XML that came from outside: no DTD, bounded size, bounded depth."""

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

MAX_BYTES = 262_144
MAX_ELEMENTS = 2000
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)


class XmlError(ValueError):
    """Not the plain kind of XML the platform accepts."""


def read_xml(body: bytes) -> Element:
    """The root element ``<xml>``; raises XmlError."""
    if len(body) > MAX_BYTES:
        raise XmlError("too large")
    if _DECLARATION.search(_CDATA.sub(b"", body)):
        raise XmlError("a document type declaration is not allowed")
    try:
        root = fromstring(body)
    except (ParseError, ValueError, LookupError) as error:
        raise XmlError(f"not well-formed: {error}") from error
    if root.tag != "xml":
        raise XmlError("the root element is not <xml>")
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise XmlError("too many elements")
    return root


def child_text(element: Element, path: str) -> str:
    """Text of a descendant, empty when it is missing."""
    return element.findtext(path) or ""
