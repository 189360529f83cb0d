"""Which addresses of pictures, downloads and uploads each visit was handed: Streamlit asks there for no name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

OWNED = ("/media/", "/_stcore/upload_file/")
ADDRESSES_KEPT = 1000  # of one visit; what is still on a screen was handed out again by its last rerun


@dataclass(frozen=True)
class HandedOut:
    """The addresses of each visit that lasts. `lasts` tells whether a cookie is still somebody's."""

    lasts: Callable[[str], bool]
    _visits: dict[str, OrderedDict[str, None]] = field(default_factory=dict, repr=False)

    def note(self, cookie: str, content: bytes) -> None:
        """Remember the addresses in `content`, a message of Streamlit on its way to the visit of `cookie`."""
        if not any(prefix.encode() in content for prefix in OWNED):
            return
        try:
            addresses = [*_addresses(ForwardMsg.FromString(content))]
        except DecodeError:
            return
        if cookie not in self._visits:
            for ended in [each for each in self._visits if not self.lasts(each)]:
                del self._visits[ended]
        kept = self._visits.setdefault(cookie, OrderedDict())
        for address in addresses:
            kept[address] = None
            kept.move_to_end(address)
        while len(kept) > ADDRESSES_KEPT:
            kept.popitem(last=False)

    def to(self, cookie: str, path: str) -> bool:
        """Tell whether the visit of `cookie` was handed the address `path`."""
        return path in self._visits.get(cookie, ())


def _addresses(message: ForwardMsg) -> Iterator[str]:
    """Give what Streamlit itself put into its fields for addresses: a text that somebody wrote can't name one."""
    element = message.delta.new_element
    yield from (each.url for each in element.imgs.imgs)
    yield element.download_button.url
    yield message.backend_operation_response.deferred_file.url
    for each in message.file_urls_response.file_urls:
        yield from (each.upload_url, each.delete_url)
