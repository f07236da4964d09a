"""Reading files: detection, one parser per format, and the worker process they run in."""
