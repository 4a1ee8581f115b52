"""Generated code of the module `core`; see its spec."""
