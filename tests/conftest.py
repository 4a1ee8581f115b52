"""What all tests share: how long hypothesis searches."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No deadlines: a test must not fail because the machine is busy.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
