"""Generated code of the module `crowddetector`; see its spec."""
