"""Generated code of the module `elements`; see its spec."""
