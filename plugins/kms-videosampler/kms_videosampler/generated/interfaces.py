"""Abstract bases of the classes of the module `videosampler`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC

from kms_trio.generated.core import interfaces as core_interfaces


class VideoSamplerInterface(core_interfaces.MediaElementInterface, ABC):
    """Takes a picture out of the video now and then and delivers it.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `frame_period`: Time between pictures, in milliseconds.
    - `image_delivery_method`: How pictures are delivered. Default: `"NONE"`.
    - `height`: Height of pictures, in pixels; 0 for that of the video. Default: `0`.
    - `width`: Width of pictures, in pixels; 0 for that of the video. Default: `0`.
    - `image_encoding`: The file format of pictures. Default: `"PNG"`.
    - `endpoint_url`: Where pictures are delivered to. Default: `""`.
    - `metadata`: Text that goes with each picture. Default: `""`.

    Raises the events `SampleImageDelivered`.
    """
