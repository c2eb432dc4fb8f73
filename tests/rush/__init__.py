"""Load: benchmarks against a named peer in the same run. `make bench`, `make bench only=NAME`."""
