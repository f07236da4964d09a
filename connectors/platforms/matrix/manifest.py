"""How an account for the bot is made on a homeserver."""


def manifest(name: str) -> str:
    """What an administrator does, by the example of Synapse."""
    return f"""\
1. An account of its own, on the server:

register_new_matrix_user -c /etc/matrix-synapse/homeserver.yaml -u {name} --no-admin

2. A token; set access_token of the answer as `token` under [connectors.{name}], and the address as `homeserver`:

curl -X POST https://HOMESERVER/_matrix/client/v3/login -d '{{"type": "m.login.password", "password": "...",
  "identifier": {{"type": "m.id.user", "user": "{name}"}}, "initial_device_display_name": "Pilares"}}'

3. No limit for its messages, or answers are shown late (Synapse allows one in five seconds):

curl -X POST https://HOMESERVER/_synapse/admin/v1/users/@{name}:SERVER/override_ratelimit \\
  -H "Authorization: Bearer ADMIN-TOKEN" -d '{{"messages_per_second": 0, "burst_count": 0}}'

4. Invite it to rooms that are not encrypted; it accepts when somebody invites it who may talk to it. It needs the power
   level 0, with which everybody may send messages and reactions. There are no scopes.
"""
