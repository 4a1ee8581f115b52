"""Sans-IO protocols of real-time media, one package each: bytes and the time in, datagrams and events out."""
