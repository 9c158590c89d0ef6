"""What a message asks for: language, parts, constraints, route."""
