"""Batched UDP, forwarding groups, and the drivers that turn the engines of `kms_trio.rtc` into I/O."""
