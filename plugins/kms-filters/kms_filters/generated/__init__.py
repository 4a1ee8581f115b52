"""Generated code of the module `filters`; see its spec."""
