"""Answers that the control process gives without asking the worker again: the same as the worker's, at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.media_pipeline import MediaPipeline
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from kms_trio.worker.frames import Message
from kms_trio.worker.lasting import LastingAnswers, lasts
from tests.worker.test_death import link_of

GETTERS = [
    "getId",
    "getName",
    "getTags",
    "getParent",
    "getChildren",
    "getMediaPipeline",
    "getCreationTime",
    "getSendTagsInEvents",
]

TAG = {"__module__": "kurento", "__type__": "Tag", "key": "a", "value": "1"}

#: What changes an object, the getter that shows it, and what it shows then. There is a tag before: `a` is `0`.
CHANGES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("setName", {"name": "other"}, "getName", "other"),
    ("addTag", {"key": "a", "value": "1"}, "getTags", [TAG]),
    ("removeTag", {"key": "a"}, "getTags", []),
    ("setSendTagsInEvents", {"sendTagsInEvents": True}, "getSendTagsInEvents", True),
]

Asked = Callable[[str], list[Message]]


@pytest.fixture
def asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Lists what is sent to the worker of an object from now on."""

    def listen(object_id: str) -> list[Message]:
        channel, sent = link_of(server, object_id)._channel, list[Message]()
        send = channel.send

        def note_and_send(message: Message) -> None:
            sent.append(message)
            send(message)

        monkeypatch.setattr(channel, "send", note_and_send)
        return sent

    return listen


async def test_the_worker_is_asked_once(server: Server, asked: Asked) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(server.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            element = await client.create("PassThrough", mediaPipeline=pipeline)
            sent = asked(pipeline)
            answers = [await client.invoke(each, getter) for each in (pipeline, element) for getter in GETTERS]
            assert len(sent) == len(answers)
            again = [await client.invoke(each, getter) for each in (pipeline, element) for getter in GETTERS]
            assert len(sent) == len(answers)
            assert again == answers
            assert answers[0] == pipeline
            assert answers[4] == [element]


@pytest.mark.parametrize(("operation", "params", "getter", "value"), CHANGES, ids=[each[0] for each in CHANGES])
async def test_a_change_by_another_client_is_seen_at_once(
    server: Server, operation: str, params: dict[str, Any], getter: str, value: Any
) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(server.control_url) as one, open_client(server.control_url) as other:
            pipeline = await one.create("MediaPipeline")
            await one.invoke(pipeline, "addTag", key="a", value="0")
            for client in (one, other, one, other):
                assert await client.invoke(pipeline, getter) != value
            await other.invoke(pipeline, operation, **params)
            for client in (one, other, one, other):
                assert await client.invoke(pipeline, getter) == value


async def test_children_come_and_go_and_so_does_the_object(server: Server) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(server.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            assert await client.invoke(pipeline, "getChildren") == []
            element = await client.create("PassThrough", mediaPipeline=pipeline)
            assert await client.invoke(pipeline, "getChildren") == [element]
            await client.release(element)
            assert await client.invoke(pipeline, "getChildren") == []
            await client.release(pipeline)
            with pytest.raises(KurentoError, match="not found") as gone:
                await client.invoke(pipeline, "getChildren")
            assert gone.value.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND


async def test_whoever_has_given_an_object_up_holds_it_again_by_asking(server: Server) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(server.control_url) as owner, open_client(server.control_url) as guest:
            pipeline = await owner.create("MediaPipeline")
            name = await guest.invoke(pipeline, "getName")
            await guest.request("unref", {"object": pipeline})
            assert await guest.invoke(pipeline, "getName") == name
            await owner.request("unref", {"object": pipeline})
            assert await guest.request("describe", {"object": pipeline})  # which lives as the guest holds it


async def test_a_session_of_its_own_holds_by_asking_as_well(server: Server) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(server.control_url) as owner, open_client(server.control_url) as guest:
            pipeline = await owner.create("MediaPipeline")
            name = await owner.invoke(pipeline, "getName")
            assert await guest.invoke(pipeline, "getName") == name
            await owner.request("closeSession", {})
            assert await guest.invoke(pipeline, "getName") == name
            assert await guest.request("describe", {"object": pipeline})


async def test_nothing_lasts_longer_than_its_worker(fresh_server: Server) -> None:
    with trio.fail_after(PATIENCE_S):
        async with open_client(fresh_server.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            await client.invoke(pipeline, "getName")
            link = link_of(fresh_server, pipeline)
            assert len(link._lasting) == 1
            link.abort()
            await until(lambda: not link.is_ready)
            assert not len(link._lasting)
            with pytest.raises(KurentoError):
                await client.invoke(pipeline, "getName")


class OwnName(MediaPipeline):
    """A class whose name changes without anybody being told."""

    @property  # type: ignore[misc]  # without a setter, as a module may write it
    def name(self) -> str:
        """Another one each time."""
        return "x"


def test_what_a_class_tells_in_its_own_way_does_not_last() -> None:
    own, plain, pipeline = object.__new__(OwnName), object.__new__(MediaObject), object.__new__(MediaPipeline)
    assert not lasts(own, "getName")
    assert lasts(own, "getTags")
    for media_object in (plain, pipeline):
        assert all(lasts(media_object, getter) for getter in GETTERS)
        assert not lasts(media_object, "getTag")
        assert not lasts(media_object, "setName")


def test_only_sessions_that_asked_are_answered_and_only_until_they_give_up() -> None:
    answers = LastingAnswers()
    first: dict[str, Any] = {"sessionId": "s", "object": "p", "operation": "getName", "operationParams": {}}
    second = {**first, "sessionId": "t"}
    answers.keep(first, "name")
    assert answers.find("invoke", first) == {"sessionId": "s", "value": "name"}
    assert answers.find("invoke", second) is None
    assert answers.find("describe", first) is None
    assert answers.find("invoke", {**first, "operation": "getTags"}) is None
    assert answers.find("invoke", {**first, "object": ["p"]}) is None
    answers.keep(second, "name")
    answers.carried_out("unref", {"sessionId": "s", "object": "p"})
    assert answers.find("invoke", first) is None
    assert answers.find("invoke", second) is not None
    answers.carried_out("closeSession", {"sessionId": "t"})
    assert answers.find("invoke", second) is None


def test_a_session_that_is_no_text_gives_up_for_all() -> None:
    answers = LastingAnswers()
    asked = {"sessionId": "7", "object": "p", "operation": "getName"}
    answers.keep(asked, "name")
    answers.carried_out("unref", {"sessionId": 7, "object": "p"})
    assert answers.find("invoke", asked) is None


def test_nothing_is_kept_of_an_object_that_is_forgotten() -> None:
    answers = LastingAnswers()
    answers.keep({"sessionId": "s", "object": "p", "operation": "getName"}, "name")
    answers.keep({"sessionId": "s", "object": "p", "operation": 5}, "name")
    assert len(answers) == 1
    answers.forget("p")
    answers.forget("p")
    assert not len(answers)
