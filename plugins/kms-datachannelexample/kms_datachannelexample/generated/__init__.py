"""Generated code of the module `datachannelexample`; see its spec."""
