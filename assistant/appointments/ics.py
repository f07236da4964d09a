"""An appointment as a calendar file (iCalendar, RFC 5545)."""

from assistant.appointments.store import Appointment


def calendar_file(appointment: Appointment) -> bytes:
    """The file: an event that calendars add, or, by its id and sequence, move or take out."""
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", f"{appointment.id}@pilares")
    event.add("summary", f"{appointment.service} ({appointment.calendar})")
    event.add("description", f"{appointment.name}, {appointment.contact}")
    event.add("dtstart", appointment.starts)
    event.add("dtend", appointment.ends)
    event.add("dtstamp", appointment.updated)
    event.add("created", appointment.created)
    event.add("sequence", appointment.sequence)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Pilares//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if appointment.cancelled else "PUBLISH")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
