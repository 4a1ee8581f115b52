"""AudioFilter: a filter whose author writes one method, `process`, and knows of nothing but samples.

class Quieter(AudioFilter):
    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        return samples // 2
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from kms_trio.codecs.sample_filter import SampleFilter, SampleFormat, Samples
from kms_trio.generated.core.types import MediaType
from kms_trio.objects.media_filter import MediaFilter

if TYPE_CHECKING:
    from kms_trio.codecs.conversion import Converter

__all__ = ["AudioFilter"]


class AudioFilter(MediaFilter):
    """Base of filters of audio. Video passes untouched, and data do unless `on_data` is overridden."""

    media_type: ClassVar[MediaType] = MediaType.AUDIO
    sample_format: ClassVar[SampleFormat] = SampleFormat.INT16
    """How `process` sees samples, and how it returns them."""

    @abstractmethod
    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        """Return the samples to go on, in the shape of `samples`, `(channels, n)`; None leaves a gap.

        Blocks are short, 20 ms as a rule, and follow each other; they are the filter's own, to change and return.
        """

    @property
    def sample_time_s(self) -> float:
        """For `process`: when its samples begin, in seconds of the stream's own clock, from any beginning."""
        return self._time_s

    def process_samples(self, samples: Samples, sample_rate_hz: int, time_s: float) -> Samples | None:
        """Run `process`; see `kms_trio.codecs.sample_filter.SampleWork`."""
        result: Samples | None = self.work(time_s, lambda: self.process(samples, sample_rate_hz))
        return result

    def make_converter(self) -> Converter[Any, Any]:
        """What shows blocks of samples to `process`."""
        return SampleFilter(self)
