"""The Kurento protocol: JSON-RPC 2.0 over WebSocket.

`server` listens, `connection` is one socket, `handler` turns one message into one reply through the checks of
`envelope`, the `request_cache` and the `methods`; `sessions` knows which connection speaks for which session.
"""
