"""What people type, turned into an ImageRequest: options.py is the table that everything else follows."""
