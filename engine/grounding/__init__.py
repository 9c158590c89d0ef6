"""What may be said: every drafted sentence is held against its sources by plain rules."""
