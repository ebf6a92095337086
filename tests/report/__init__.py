"""What results pages say, from made-up results."""
