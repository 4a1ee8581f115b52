"""Media inside a pipeline: formats, streams, pads and the agnostic node.  Synchronous throughout, no I/O, no clocks."""
