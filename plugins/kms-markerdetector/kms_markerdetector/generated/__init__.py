"""Generated code of the module `markerdetector`; see its spec."""
