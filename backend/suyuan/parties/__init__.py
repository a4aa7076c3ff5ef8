"""Who is who: companies with numbers, names, places, roles, qualification and keys."""
