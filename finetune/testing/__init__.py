"""For tests of whatever holds or serves adapters: small random ones, whole in every respect."""
