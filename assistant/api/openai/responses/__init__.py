"""/v1/responses: what OpenAI's clients call the Responses API."""
