"""Generated code of the module `gstreamerexample`; see its spec."""
