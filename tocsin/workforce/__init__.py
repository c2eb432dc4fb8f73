"""Agents: the languages they speak and whether they can take a call."""
