"""When to try again after a connection is lost."""

from __future__ import annotations

from collections.abc import Iterator

import attrs


@attrs.frozen
class Reconnection:
    """Waits before the attempts to connect anew: `first_s`, doubled each time up to `longest_s`.

    After `give_up_s` without a connection the client ends. A server forgets a session 240 to 480 s after it last heard
    of it, so going on for longer only helps applications that begin anew with SessionLostError.
    """

    first_s: float = 0.1
    longest_s: float = 10.0
    give_up_s: float = 480.0

    def delays_s(self) -> Iterator[float]:
        """The waits, without end."""
        delay_s = self.first_s
        while True:
            yield delay_s
            delay_s = min(2 * delay_s, self.longest_s)
