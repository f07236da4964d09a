"""What Pilares withstands: hostile texts in a real browser, personal data in its log, injection into its models."""
