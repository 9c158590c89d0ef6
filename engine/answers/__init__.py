"""One file a route: from what was found to how it is to be said."""
