"""Which schemes, folders and kinds of files clients may name."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize(
    "uri", ["rtsp://h/a\r\nX-Injected: 1", "http://h/\n", "rtmp://h/\x7f", "file:///a\0b", "file:///a%00b", "srt://\0h"]
)
def test_control_characters_lead_nowhere(uri: str) -> None:
    for check in (UriPolicy().check_read, UriPolicy().check_write):
        with pytest.raises(KurentoError, match="without control characters") as refusal:
            check(uri)
        assert not set(refusal.value.message) & set("\r\n\0\x7f")


def test_what_may_never_open_is_refused(tmp_path: Path) -> None:
    """Opening a pipe waits for the other end, in the kernel, where no deadline of ours counts."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "loop").symlink_to("loop")
    for check in (UriPolicy().check_read, UriPolicy([tmp_path], [tmp_path]).check_write):
        for name in ("pipe", "link", "./x/../pipe"):
            (tmp_path / "x").mkdir(exist_ok=True)
            with pytest.raises(KurentoError, match="expected a file, it is a device, a pipe or a socket"):
                check(f"file://{tmp_path}/{name}")
        check(f"file://{tmp_path}/not there yet.webm")
        check(f"file://{tmp_path}")
    with pytest.raises(KurentoError, match="it is a device"):
        UriPolicy().check_read("file:///dev/null")
    UriPolicy().check_read(f"file://{tmp_path}/loop")  # whoever opens it finds out


def test_nothing_is_told_of_what_lies_outside(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KurentoError, match="This server does not allow"):
        UriPolicy([tmp_path / "allowed"]).check_read(f"file://{tmp_path}/pipe")
