"""What shoppers asked in vain: found, grouped, drafted, answered, told."""
