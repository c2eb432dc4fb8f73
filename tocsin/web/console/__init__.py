"""Who opens the centre, who watches it, and who lets people in."""
