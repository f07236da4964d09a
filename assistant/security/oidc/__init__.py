"""Signing in with an OpenID Connect provider (https://openid.net/specs/openid-connect-core-1_0.html)."""
