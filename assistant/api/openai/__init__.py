"""The API that clients of OpenAI's speak, under /v1."""
