"""Where a request comes from: over TLS or not, from which address, from one of our own pages or somebody else's."""

from ipaddress import ip_address

from aiohttp import web


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks https: to us, or to a proxy on this machine that says so."""
    if request.secure:
        return True
    return _by_proxy(request) and request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"


def address_of(request: web.Request) -> str:
    """The address of the caller; behind a proxy on this machine what it appended last."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    if forwarded and _by_proxy(request):
        return forwarded[-1].rpartition(",")[2].strip()
    return request.remote or "?"


def is_ours(request: web.Request) -> bool:
    """Whether a POST was sent by a page of this console: every browser says so in one of two headers, a foreign page
    cannot take them away. A caller that sends neither is no browser we know."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return site is not None
    scheme, _, host = origin.partition("://")
    return host.lower() == request.host.lower() and scheme in (("https",) if is_secure(request) else ("http", "https"))


def local_path(wanted: str) -> str:
    """The address to go on to after logging in, if it is a page of ours; else the first page."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= 300
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/"


def _by_proxy(request: web.Request) -> bool:
    try:
        return request.remote is not None and ip_address(request.remote).is_loopback
    except ValueError:
        return False
