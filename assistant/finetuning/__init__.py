"""Where fine-tuning meets the documents: what Pilares retrieves is what an adapter learns on."""
