"""Code generated from module specs; `core` is the server itself."""
