"""For tests: small random adapters, whole in every respect; examples as people give them."""
