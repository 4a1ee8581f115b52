"""Choosing the one transport of an endpoint and which medias can share it (RFC 9143)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from kms_trio.rtc.sdp.judge import Judged
from kms_trio.rtc.sdp.model import SessionDescription


@attrs.frozen
class Shared:
    """The medias after that choice, whose transport is used, and the mids to name in `a=group:BUNDLE`."""

    judged: tuple[Judged, ...]
    transport_index: int | None = None
    bundled_mids: tuple[str, ...] = ()


def share_transport(session: SessionDescription, judged: Sequence[Judged], bundle: bool) -> Shared:
    """Let all accepted medias use one transport: that of the first accepted one in a bundle, else the first accepted.

    A media outside of the bundle can follow only if its ICE credentials are the same; otherwise it asks for a second
    transport and is rejected.
    """
    by_mid = {each.media.mid: each for each in judged if each.accepted and each.media.mid}
    groups = session.bundle_groups if bundle else []
    bundles = ([by_mid[mid] for mid in mids if mid in by_mid] for mids in groups)
    members = next(filter(None, bundles), [])
    owner = members[0] if members else next((each for each in judged if each.accepted), None)
    if owner is None or owner.media.remote is None:
        return Shared(tuple(judged))
    transport = owner.media.remote
    credentials = (transport.ice_ufrag, transport.ice_pwd)
    shared = []
    member_indexes = {each.media.index for each in members}
    for each in judged:
        remote = each.media.remote
        follows = remote is not None and (remote.ice_ufrag, remote.ice_pwd) == credentials
        if each.accepted and each.media.index not in member_indexes and not follows:
            each = each.reject("needs a transport of its own (not in the bundle)")
        if each.accepted:
            media = attrs.evolve(each.media, remote=transport, dtls_role=owner.media.dtls_role)
            each = attrs.evolve(each, media=media)
        shared.append(each)
    return Shared(tuple(shared), owner.media.index, tuple(each.media.mid for each in members))
