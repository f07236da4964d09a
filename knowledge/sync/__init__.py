"""Keeps documents in step with their sources: jobs that list, fetch what changed and forget what is gone."""
