"""How a reply is made. Knows shops and shoppers, no chat service."""
