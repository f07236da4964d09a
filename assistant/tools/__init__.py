"""What the assistant can do besides answering: tools of Python and MCP servers, and how a model calls them."""
