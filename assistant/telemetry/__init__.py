"""Traces for OpenTelemetry (docs/deploy.md). Nothing is imported or sent unless the settings or OTEL_* ask for it."""
