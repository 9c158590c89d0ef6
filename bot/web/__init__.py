"""The local chat page and its websocket."""
