"""Training of the adapter: examples from templates and shared data, and the run itself."""
