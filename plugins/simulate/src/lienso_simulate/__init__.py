"""Deterministic simulation of whole companies: sites, a cloud, users and disasters, by seed."""
