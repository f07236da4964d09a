"""One module for each platform; `connectors.registry` finds those that have a `PLATFORM`."""
