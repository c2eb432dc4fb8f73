"""An authority opens the centre: real or exercise, languages, front message, hours, closing."""
