"""Ports played in memory, honestly: what is outside does what a test says, and fails when a test says so."""
