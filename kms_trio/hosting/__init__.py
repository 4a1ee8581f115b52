"""Host processes: what the server and a process that runs filters of module authors say to each other.

    server                                                host process (one a module and pipeline)
    HostProcess ── control: stream socket, JSON ───────── kms_trio.host: create, operations, data; events, logs
    UnitLink ───── units: packet socket, fixed headers ── UnitServer: one picture or block of samples at a time
                   shared memory, one block each way ────

Nothing is pickled, and what the server is told is checked: a host may crash or lie, and harms its own filters only.
"""
