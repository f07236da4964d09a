"""Who somebody is, and what they may do: accounts, sessions, keys, rights, limits, the record of changes."""
