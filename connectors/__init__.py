"""Chat platforms: one durable core and a small adapter per platform. Never imports `assistant`."""
