"""Filters of video in host processes do what they would do in the server."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from kms_trio.errors import KurentoError
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.objects.hosted_filter import HostedFilter
from kms_trio.testing.elements import Tap
from tests.hosting.conftest import House, open_house


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_pictures_come_back_changed_and_in_time(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
    assert isinstance(film.filter, HostedFilter)
    assert await film.see(*range(5)) == [1023 - number for number in range(5)]
    assert [picture.pts for picture in film.tap.units] == [3000 * i for i in range(1, 6)]
    assert film.filter.is_media_flowing_in(MediaType.VIDEO)
    assert film.filter.is_media_flowing_out(MediaType.VIDEO)


async def test_operations_and_properties_reach_the_filter(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
    assert await house.call(film.filter, "getMode") == "negative"
    assert await house.call(film.filter, "add", one=20, other=22) == 42
    await film.mode("")
    assert await film.see(5) == [5]
    with pytest.raises(KurentoError, match=r"not this one \(40107\)"):
        await film.mode("forbidden")
    with pytest.raises(KurentoError, match="'one' parameter should be a integer"):
        await house.call(film.filter, "add", one="x", other=2)
    with pytest.raises(KurentoError, match=r"AttributeError: a host process has no context\.nothing"):
        await house.call(await house.make(film.filter.parent, "Curious"), "remember", what="nothing")


async def test_what_every_element_has_is_the_servers(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient")
    await house.call(film.filter, "setName", name="mine")
    assert await house.call(film.filter, "getName") == "mine"
    film.filter.add_tag("key", "value")
    assert film.filter.get_tag("key") == "value"
    assert "mine" in film.filter.parent.get_gstreamer_dot()
    film.filter.parent.latency_stats = True
    await film.see(1)
    (stats,) = film.filter.get_stats(MediaType.VIDEO).values()
    assert [each.name for each in stats.input_latency] == ["sink_video_default"]


async def test_a_picture_may_change_its_size_grow_and_have_odd_sides(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
    for size in ((160, 120), (640, 480), (162, 122), (1280, 720), (161, 121), (320, 240)):
        assert await film.see(6, size=size) == [1017]
        even = size[0] & ~1, size[1] & ~1
        assert (film.tap.units[-1].width, film.tap.units[-1].height) == even
    await film.mode("half")
    await film.see(6, size=(160, 120))
    assert (film.tap.units[-1].width, film.tap.units[-1].height) == (160, 60)


async def test_pictures_can_be_left_out(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="nothing")
    film.show(1)
    film.show(2)
    await house.until(lambda: house.context.codecs.idle)
    await film.mode("")
    assert await film.see(3) == [3]
    assert len(film.tap.units) == 1


async def test_a_filter_that_looks_gives_the_very_frames_on_and_keeps_its_pictures(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Gray")
    shown = [film.show(number) for number in (3,)]
    await film.tap.take(1)
    shown.append(film.show(4))
    seen = await film.tap.take(2)
    assert [one is other for one, other in zip(seen, shown, strict=True)] == [True, True]
    assert [event.what for event in house.told(film.filter, "Seen")] == ["(120, 160) False False"] * 2


async def test_events_come_in_order_with_the_pictures(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="tell")
    order: list[str] = []
    house.context.bus.listen(lambda source, event: order.append(event.what) if event.TYPE == "Seen" else None)
    for number in range(4):
        await film.see(number)
        order.append("picture")
    assert order == ["0.033", "picture", "0.067", "picture", "0.100", "picture", "0.133", "picture"]
    assert all(event.source is film.filter for event in house.told(film.filter, "Seen"))


async def test_bypass_keeps_pictures_in_the_server(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
    assert await film.see(1) == [1022]
    await film.mode("bypass")
    shown = film.show(2)
    assert (await film.tap.take(2))[1] is shown
    await film.mode("negative")
    assert await film.see(3) == [1020]


async def test_ten_filters_decode_once_and_encode_once(house: House) -> None:
    pipeline = await house.pipeline()
    film = await house.filmed(pipeline, "Obedient", mode="negative")
    filters = [film.filter, *[await house.make(pipeline, "Obedient", mode="negative") for _ in range(9)]]
    for one, other in itertools.pairwise(filters):
        one.connect(other)
    vp8 = Format("VP8", 90_000)
    tap = Tap(house, filters[-1].source_pad(MediaType.VIDEO), Want(StreamKind.ENCODED, (vp8,)))
    film.show(1)
    await tap.take(1)
    running = house.context.codecs.running
    assert [name for name in running if not name.startswith("filter")] == ["encode VP8"]
    assert len(running) == 11
    assert len(house.hosts.running) == 1


async def test_one_process_a_pipeline_which_ends_with_its_last_filter(house: House) -> None:
    one, other = await house.pipeline(), await house.pipeline()
    first, second = await house.make(one, "Obedient"), await house.make(one, "Gray")
    third = await house.make(other, "Obedient")
    pids = house.hosts.running
    assert len(set(pids)) == 2
    await house.release(first)
    assert await house.call(second, "getMode") == ""
    await house.release(second)
    assert house.hosts.running == pids[1:]
    assert not runs(pids[0])
    await house.release(third.parent)
    assert house.hosts.running == ()
    assert not runs(pids[1])


async def test_what_keeps_a_filter_from_being_made_is_the_answer_to_create(house: House) -> None:
    pipeline = await house.pipeline()
    with pytest.raises(KurentoError, match=r"no model \(40108\)"):
        await house.make(pipeline, "Unprepared")
    assert house.hosts.running == ()
    await house.make(pipeline, "Obedient")


async def test_what_is_the_servers_is_refused_with_the_remedy(house: House) -> None:
    curious = await house.make(await house.pipeline(), "Curious")
    with pytest.raises(KurentoError, match=r"add 'samples' to kmsTrio\.filters\.trusted"):
        await house.call(curious, "remember", what="network")
    with pytest.raises(KurentoError, match=r"add 'samples' to kmsTrio\.filters\.trusted"):
        await house.call(curious, "remember", what="codecs")


async def test_only_the_pipeline_is_known_in_a_host(house: House) -> None:
    pipeline = await house.pipeline()
    curious, element = await house.make(pipeline, "Curious"), await house.make(pipeline, "PassThrough")
    with pytest.raises(KurentoError, match=r"add 'samples' to kmsTrio\.filters\.trusted.*\(40101\)"):
        await house.call(curious, "meet", whom=element.id)


@pytest.mark.parametrize("trusted", [(), ("samples",)], ids=["in a host", "in the server"])
async def test_what_clients_leave_out_gets_the_default_of_the_spec(trusted: tuple[str, ...]) -> None:
    async with open_house(trusted=trusted) as house:
        pipeline = await house.pipeline()
        made = await house.make(pipeline, "Furnished")
        assert await house.call(made, "getMode") == "('', ['one', 'two'], None)"
        await house.call(made, "rearrange")
        assert await house.call(made, "getMode") == "['three']"
        made = await house.make(pipeline, "Furnished", own="mine", words=[])
        assert await house.call(made, "getMode") == "('', [], 'mine')"


async def test_a_filter_of_another_kind_runs_in_the_server(house: House) -> None:
    foreign = await house.make(await house.pipeline(), "Foreign", mode="here")
    assert await house.call(foreign, "getMode") == f"here in {os.getpid()}"
    assert house.hosts.running == ()
