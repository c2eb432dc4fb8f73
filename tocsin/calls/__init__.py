"""Each call from first ring to wrap-up."""
