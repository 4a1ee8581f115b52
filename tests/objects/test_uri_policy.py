"""Which schemes clients may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.settings import load


def test_all_schemes_are_allowed_unless_configured() -> None:
    for uri in ("file:///a", "http://h/a", "rtsp://h/a", "srt://h:1", "made-up://x", "no scheme at all"):
        UriPolicy.of(load().settings.uri_policy).check_read(uri)


@pytest.mark.parametrize(
    "uri", ["http://user:secret@10.0.0.1/a", "rtsp://h/a", "HTTP://h/a", "concat:file|file", "file:x", "", "https"]
)
def test_others_than_the_configured_ones_are_refused(uri: str) -> None:
    policy = UriPolicy.of(load(overrides={"kmsTrio.uriPolicy.schemes": "FILE,srt"}).settings.uri_policy)
    for check in (policy.check_read, policy.check_write):
        if uri == "file:x":  # a file, though not one that anything opens
            check(uri)
            continue
        with pytest.raises(KurentoError, match="only FILE, srt URIs") as refusal:
            check(uri)
        assert refusal.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
        assert "secret" not in refusal.value.message


def test_folders_count_as_well(tmp_path: Path) -> None:
    policy = UriPolicy([tmp_path], [], ["file"])
    policy.check_read(f"FILE://{tmp_path}/a.webm")
    policy.check_write("file:///anywhere")
    with pytest.raises(KurentoError, match="does not allow"):
        policy.check_read("file:///etc/passwd")
    with pytest.raises(KurentoError, match="does not allow"):
        policy.check_read(f"file://{tmp_path}/../x")
