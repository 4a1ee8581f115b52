"""Which media section each SSRC of a peer belongs to (RFC 8843 section 9.2)."""

from __future__ import annotations

from collections.abc import Iterable

from kms_trio.net.session_parts import MediaBinding
from kms_trio.rtc.rtp.header import read_extensions

__all__ = ["BindingTable"]


class BindingTable:
    """What was negotiated, and the section of each SSRC that a receiver was made for."""

    def __init__(self) -> None:
        self._bindings: tuple[MediaBinding, ...] = ()
        self._of_ssrc: dict[int, MediaBinding] = {}

    def bind(self, bindings: tuple[MediaBinding, ...]) -> None:
        """Say which media may arrive; SSRCs that belong somewhere already stay there."""
        self._bindings = bindings

    @property
    def local_ssrc(self) -> int:
        """What we report under while we send nothing: our SSRC of the first media, 1 if there is none."""
        return self._bindings[0].local_ssrc if self._bindings else 1

    def of(self, ssrc: int) -> MediaBinding:
        """The section of an SSRC that was assigned one."""
        return self._of_ssrc[ssrc]

    def assign(self, ssrc: int, binding: MediaBinding) -> None:
        """Packets of this SSRC are this media's from now on."""
        self._of_ssrc[ssrc] = binding

    def forget(self, ssrc: int) -> None:
        """The SSRC is one that was never seen."""
        del self._of_ssrc[ssrc]

    def find(self, ssrc: int, payload_type: int, packet: memoryview) -> MediaBinding | None:
        """The section that takes a packet, by its SSRC, its MID or its payload type; None: it is nobody's.

        Raises RtpError when a MID is looked for in header extensions that are malformed.
        """
        binding = self._of_ssrc.get(ssrc) or self._announced(ssrc) or self._named(packet) or self._by_type(payload_type)
        if binding is None or payload_type not in binding.codecs or ssrc in binding.ignored_ssrcs:
            return None
        return binding

    def _announced(self, ssrc: int) -> MediaBinding | None:
        return _first(each for each in self._bindings if ssrc in each.announced_ssrcs or ssrc in each.ignored_ssrcs)

    def _named(self, packet: memoryview) -> MediaBinding | None:
        if not any(each.mid_id for each in self._bindings):
            return None
        extensions = read_extensions(packet)
        return _first(
            each for each in self._bindings if each.mid_id and extensions.get(each.mid_id) == each.mid.encode()
        )

    def _by_type(self, payload_type: int) -> MediaBinding | None:
        return _first(each for each in self._bindings if payload_type in each.codecs)


def _first(bindings: Iterable[MediaBinding]) -> MediaBinding | None:
    return next(iter(bindings), None)
