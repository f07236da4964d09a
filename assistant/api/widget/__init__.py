"""What the widget of a website asks for: the script itself, and the API its visitors may use."""
