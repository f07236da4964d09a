"""Questions that the large model makes up from documents, checked by code before a person sees them."""
