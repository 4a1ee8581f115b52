"""A module of filters for the benchmark: each lets pictures pass, the last one spins beside."""
