"""Decoders and encoders: PyAV in threads, one for each running conversion, none of them ever waited for by Trio."""
