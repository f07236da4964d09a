"""The line icons of the page, as inline SVG; decorative, so the control around one carries the label."""

_PATHS = {
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h10"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "copy": '<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V6a2 2 0 0 1 2-2h8"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "retry": '<path d="M4 12a8 8 0 1 0 2.6-5.9"/><path d="M4 4v4.5h4.5"/>',
    "edit": '<path d="M4 20h4L19 9l-4-4L4 16z"/>',
    "trash": '<path d="M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5"/>',
    "up": (
        '<path d="M7 11v9H4v-9zM7 11l4-7c1.4 0 2.3 1 2.1 2.3L12.6 9.5H18a2 2 0 0 1 2 2.4l-1.3 6.4A2 2 0 0 1'
        ' 16.7 20H7"/>'
    ),
    "down": (
        '<path d="M17 13V4h3v9zM17 13l-4 7c-1.4 0-2.3-1-2.1-2.3l.5-3.2H6a2 2 0 0 1-2-2.4l1.3-6.4A2 2 0 0 1 7.3 4H17"/>'
    ),
    "book": (
        '<path d="M5 5.5A2.5 2.5 0 0 1 7.5 3H19v15H7.5A2.5 2.5 0 0 0 5 20.5z"/>'
        '<path d="M5 20.5A2.5 2.5 0 0 0 7.5 21H19"/>'
    ),
    "quote": '<path d="M5 6h14M5 11h14M5 16h9"/>',
    "panel": '<rect x="4" y="5" width="16" height="14" rx="2"/><path d="M14 5v14M16.5 9h1M16.5 12h1"/>',
    "moon": '<path d="M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M20 20l-4.2-4.2"/>',
    "none": '<circle cx="11" cy="11" r="6.5"/><path d="M20 20l-4.2-4.2M8.5 11h5"/>',
    "open": '<path d="M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4"/>',
    "gauge": '<path d="M4 17a8 8 0 1 1 16 0"/><path d="M12 17l4-6"/>',
    "bolt": '<path d="M13 3L5 13.5h6L11 21l8-10.5h-6z"/>',
}


def icon(name: str) -> str:
    """An icon in the size of the text around it."""
    return (
        '<svg class="pl-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_PATHS[name]}</svg>'
    )


LOGO = (
    '<svg class="pl-logo" viewBox="0 0 32 32" aria-hidden="true"><rect x="3" y="4" width="26" height="4" rx="1.5"/>'
    '<rect x="5.5" y="10.5" width="3.6" height="13"/><rect x="11.3" y="10.5" width="3.6" height="13"/>'
    '<rect x="17.1" y="10.5" width="3.6" height="13"/><rect x="22.9" y="10.5" width="3.6" height="13"/>'
    '<rect x="3" y="25.5" width="26" height="3.5" rx="1.5"/></svg>'
)
"""Four pillars under one roof."""
