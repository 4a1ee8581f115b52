"""Choosing the one transport of an endpoint and which medias can share it (RFC 9143)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from kms_trio.rtc.sdp.judge import Judged
from kms_trio.rtc.sdp.model import SessionDescription


@attrs.frozen
class Shared:
    """The medias after that choice, whose transport is used, and the mids to name in `a=group:BUNDLE`.

    `carrier_index` is that of a media of RTP which is not used, but leads the group and owns the transport: see
    `_carrier`.
    """

    judged: tuple[Judged, ...]
    transport_index: int | None = None
    bundled_mids: tuple[str, ...] = ()
    carrier_index: int | None = None


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
    mids = tuple(each.media.mid for each in members)
    carrier = _carrier(session, judged, owner) if members else None
    if carrier is None:
        return Shared(tuple(shared), owner.media.index, mids)
    return Shared(tuple(shared), owner.media.index, (carrier.media.mid, *mids), carrier.media.index)


def _carrier(session: SessionDescription, judged: Sequence[Judged], owner: Judged) -> Judged | None:
    """The media that leads the bundle of `owner`, when that is not accepted although its transport is wanted.

    RFC 9143 section 7.3.3 forbids to reject it alone, and browsers that made one transport for the whole bundle
    (`max-bundle`) have lost it then. It is answered as a media that is there and carries nothing.
    """
    mids = next(mids for mids in session.bundle_groups if owner.media.mid in mids)
    leader = next((each for each in judged if each.media.mid == mids[0]), owner)
    transport, remote = owner.media.remote, leader.remote
    usable = remote.port and remote.kind in ("audio", "video") and "RTP/SAVP" in remote.protocol.upper()
    if leader.accepted or transport is None or not usable or not remote.payload_types or not remote.has("rtcp-mux"):
        return None
    credentials = (remote.ice_ufrag or session.ice_ufrag, remote.ice_pwd or session.ice_pwd)
    return leader if credentials == (transport.ice_ufrag, transport.ice_pwd) else None
