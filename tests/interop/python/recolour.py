"""python recolour.py WS_URI CLIP RECORDING: plays a clip through the scaffolded filter into a recording, with its
generated client.
"""

from __future__ import annotations

import json
import sys

import trio
from kms_tinter_client import LightChanged, Tinter

from kms_trio.client import connect
from kms_trio.client.core import MediaFlowInStateChanged, MediaFlowState, MediaPipeline
from kms_trio.client.elements import EndOfStream, PlayerEndpoint, RecorderEndpoint

PATIENCE_S = 60


async def main(url: str, clip: str, recording: str) -> None:
    """Report what the filter told."""
    async with connect(url) as kurento:
        async with kurento.transaction() as transaction:
            pipeline = transaction.create(MediaPipeline.create, kurento)
            player = transaction.create(PlayerEndpoint.create, pipeline, clip)
            tinter = transaction.create(Tinter.create, pipeline, strength=0.25)
            recorder = transaction.create(RecorderEndpoint.create, pipeline, recording)
            transaction.add(player.connect, tinter)
            transaction.add(tinter.connect, recorder)
            transaction.add(tinter.set_strength, 1.0)
        async with (
            tinter.events(LightChanged) as light,
            recorder.events(MediaFlowInStateChanged) as flow,
            player.events(EndOfStream) as end,
        ):
            await recorder.record()
            await player.play()
            with trio.fail_after(PATIENCE_S):
                changed = await anext(light)
                while (await anext(flow)).state is not MediaFlowState.FLOWING:
                    pass
                await anext(end)
        await recorder.stop_and_wait()
        print(json.dumps({"bright": changed.bright, "strength": await tinter.get_strength()}), flush=True)


trio.run(main, *sys.argv[1:])
