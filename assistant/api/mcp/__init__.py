"""The documents and the assistant as tools of other programs (Model Context Protocol)."""
