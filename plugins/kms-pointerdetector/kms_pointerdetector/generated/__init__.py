"""Generated code of the module `pointerdetector`; see its spec."""
