"""What both web fronts stand on: who may talk to a page, and how it is served."""
