"""Generated code of the module `platedetector`; see its spec."""
