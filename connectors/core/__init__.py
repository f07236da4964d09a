"""From an event to an answer that has been sent, for every platform alike."""
