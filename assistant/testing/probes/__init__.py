"""What a real browser does with a hostile text, wherever Pilares shows it. Needs Playwright and Chromium."""
