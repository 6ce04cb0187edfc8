"""What a cell returns: reports per period, study sessions with attendance, proposals for praise."""
