"""Appointments: booked, moved and cancelled in a conversation, kept in the database, handed out as calendar files."""
