"""Benchmarks of the server's own parts, against native code in the same run: ``python -m bench forward``.

They run from a checkout, as they use the peers of the tests.  Figures and what they mean: docs/performance.md.
"""
