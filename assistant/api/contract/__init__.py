"""What the API promises: the shape of every response, and the OpenAPI document that says so."""
