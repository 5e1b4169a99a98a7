"""How often an address may try to log in: counted in memory, for this process, bounded."""

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

MOST = 30
WITHIN = timedelta(minutes=10)
ADDRESSES = 4096


class Tries:
    """Counts tries per address; `allowed` says whether one more is fine. The oldest address is forgotten first."""

    def __init__(self, most: int = MOST, within: timedelta = WITHIN, addresses: int = ADDRESSES) -> None:
        self._most, self._within, self._addresses = most, within, addresses
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def allowed(self, address: str, now: datetime) -> bool:
        """Count one try; false when there were too many since the first one of this period."""
        key = network_of(address)
        began, count = self._seen.pop(key, (now, 0))
        if now - began >= self._within:
            began, count = now, 0
        self._seen[key] = (began, count + 1)
        while len(self._seen) > self._addresses:
            self._seen.popitem(last=False)
        return count < self._most

    def forgive(self, address: str) -> None:
        """The try was right: it does not count. An office of many people has one address."""
        key = network_of(address)
        began, count = self._seen.get(key, (None, 0))
        if began is not None and count > 0:
            self._seen[key] = (began, count - 1)


def network_of(address: str) -> str:
    """What counts as one address: an IPv6 customer has a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
