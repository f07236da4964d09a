"""What every request passes on its way in, one small ASGI middleware per file."""
