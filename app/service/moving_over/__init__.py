"""Moving over from another on-call system: what its export says, as far as our rules file can say it."""
