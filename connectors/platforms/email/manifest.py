"""What an operator sets up at the mail server."""


def manifest(name: str) -> str:
    """The mailbox, the password, and the table in pilares.toml."""
    return f"""\
1. Make a mailbox for the assistant alone, such as ask@example.org. Unread mail in it is answered and marked as read.
2. Switch on IMAP for it, and make a password for applications where the server has such (Google: two-step
   verification, then "App passwords"; Microsoft 365 takes passwords only where the administrator allows it).
3. Let the mailbox send through SMTP (port 587 with STARTTLS, or 465 with TLS).
4. SPF, DKIM and DMARC of your domain should cover the server that sends; else the answers end up as junk.
5. In pilares.toml:

[connectors.{name}]
address = "ask@example.org"
password = "the mailbox's"            # or PILARES_CONNECTORS__EMAIL__PASSWORD
imap_host = "imap.example.org"
smtp_host = "smtp.example.org"
verified_by = "mx.example.org"        # the name in Authentication-Results of mail that your server receives
people = ["ana@example.org"]

Senders can be forged. Answers go to the address in From alone, so a forger does not see them; with verified_by what
your server did not find authentic (DMARC) is not even read.
"""
