"""Abstract bases of the classes of the module `datachannelexample`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC

from kms_trio.generated.core import interfaces as core_interfaces


class KmsDetectFacesInterface(core_interfaces.FilterInterface, ABC):
    """Finds faces and writes where they are into the metadata of the pictures.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """


class KmsSendDataInterface(core_interfaces.MediaElementInterface, ABC):
    """Takes the faces from the metadata of pictures and sends them on as data.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """


class KmsShowDataInterface(core_interfaces.MediaElementInterface, ABC):
    """Draws on the video what comes in as data.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """


class KmsShowFacesInterface(core_interfaces.FilterInterface, ABC):
    """Draws a frame around the faces in the metadata of the pictures.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """
