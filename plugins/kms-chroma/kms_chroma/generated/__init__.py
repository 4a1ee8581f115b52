"""Generated code of the module `chroma`; see its spec."""
