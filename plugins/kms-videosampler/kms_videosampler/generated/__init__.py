"""Generated code of the module `videosampler`; see its spec."""
