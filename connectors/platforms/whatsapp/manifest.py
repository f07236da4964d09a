"""What an operator does at Meta."""


def manifest(name: str) -> str:
    """Steps, each with the setting that comes from it."""
    return f"""\
At https://developers.facebook.com/apps:

1. Create App, use case "Connect with customers through WhatsApp"
2. WhatsApp, API Setup: set the Phone number ID as `phone_number_id` under [connectors.{name}]
3. App settings, Basic: set the App secret as `app_secret`
4. At https://business.facebook.com/settings, System users: add one, give it the app and the WhatsApp account with full
   control, and generate a token that never expires; set it as `token`
5. WhatsApp, Configuration, Webhook: Callback URL https://YOUR-SERVER/connectors/{name}, Verify token: the one that you
   have made up and set as `verify_token`; subscribe to the field messages
6. Switch the app to Live

Permissions of the token: whatsapp_business_messaging, whatsapp_business_management.
The server has to be reached over https; start it before step 5, which asks it at once.
"""
