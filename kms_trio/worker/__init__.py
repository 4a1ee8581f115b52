"""Media workers: pipelines in processes of their own, one a processor core.

The control process has the sockets of the protocol, the sessions and the ServerManager. What it asks a worker is what
it would ask its own `rpc.methods.Methods`: a method's name and its params; what comes back is a result or a
KurentoError, and events in between.

| control process                                   | worker                                      |
|---------------------------------------------------|---------------------------------------------|
| `pool` keeps the processes alive (`process`)      | `main`: from `exec` to the end              |
| `router` finds the worker for a request           | `host` serves requests, relays events       |
| `link` is one worker, as long as it lives         | `core`: objects, directory, events, methods |
| `ledger` knows which object lives where           | `report` measures once a second             |
| `placement` finds the worker for a pipeline       |                                             |
| `lasting` answers again what has not changed      |                                             |

Between them: `channel`, messages in `frames` over a socket pair.
"""
