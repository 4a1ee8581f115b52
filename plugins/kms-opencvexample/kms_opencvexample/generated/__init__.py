"""Generated code of the module `opencvexample`; see its spec."""
