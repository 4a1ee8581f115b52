"""Compiles the helper beside its source: cffi's API mode with Python's stable ABI, so that one file serves all Pythons.

Also run by path as part of building a wheel, so it imports nothing of this package.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

__all__ = ["LIBRARY", "SOURCES", "BuildError", "build", "source_digest"]

SOURCES = tuple(Path(__file__).with_name(name) for name in ("forward.c", "intake.c"))
"""Compiled as one: the second one uses what the first one declares."""
LIBRARY = Path(__file__).with_name("_forward.abi3.so")
COMPILE_S = 120

DECLARATIONS = """
typedef struct {
    uint64_t slots, vectors, messages, controls;
    int32_t slot_count, gso, slot, message, control, protect_errors;
} kms_arena;
typedef struct {
    uint64_t protect;
    uint32_t leg_bytes, header_bytes, abs_send_time_offset, audio_level_offset, namelen;
} kms_group;
typedef struct { uint32_t timestamp, payload_offset; ...; } kms_packet;
typedef struct { int32_t source, first, count; uint32_t payload_bytes, longest; } kms_run;
typedef struct {
    uint64_t messages, names, slots, unprotect, sources, buckets;
    uint32_t bucket_mask, namelen;
    int32_t run_count, left;
    uint8_t state[64];
    int32_t lengths[64], source_of[64];
    kms_run runs[64];
    kms_packet packets[64];
} kms_intake;
void kms_intake_index(kms_intake *intake, int32_t count);
void kms_intake_take(kms_intake *intake, int32_t count);
int kms_forward(kms_arena *arena, const kms_group *group, const char *legs, int32_t leg_count, const char *packets,
                int32_t packet_count, const char *payloads, uint32_t abs_send_time, int32_t slot, int32_t message);
const char *kms_source_digest(void);
"""


class BuildError(Exception):
    """The helper could not be made; the server runs without it."""


def source_digest() -> str:
    """What a built helper must have been made from."""
    return hashlib.sha256(_code().encode() + DECLARATIONS.encode()).hexdigest()[:16]


def build() -> Path:
    """Make the library, replacing an older one at once.  Raises BuildError."""
    compiler = _compiler()
    try:
        import cffi
    except ImportError as problem:
        raise BuildError("cffi is not installed") from problem
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    digest = f'const char *kms_source_digest(void) {{ return "{source_digest()}"; }}\n'
    ffi.set_source("kms_trio.net.native._forward", _code() + digest)
    with tempfile.TemporaryDirectory(dir=LIBRARY.parent, prefix=".build-") as folder:
        code, made = Path(folder, "_forward.c"), Path(folder, LIBRARY.name)
        with contextlib.redirect_stdout(io.StringIO()):  # it says what it does
            ffi.emit_c_code(str(code))
        include = sysconfig.get_path("include")
        command = [*compiler, "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", f"-I{include}", "-o", str(made), str(code)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=COMPILE_S)
        except subprocess.CalledProcessError as problem:
            raise BuildError(f"the compiler failed:\n{problem.stderr}") from problem
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise BuildError(f"the compiler failed: {problem}") from problem
        made.replace(LIBRARY)
    return LIBRARY


def _code() -> str:
    return "\n".join([source.read_text() for source in SOURCES])


def _compiler() -> list[str]:
    """`CC`, as for everything else that is compiled, or the system's compiler."""
    chosen = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if shutil.which(chosen[0]) is None:
        raise BuildError(f"there is no C compiler ({chosen[0]})")
    return chosen
