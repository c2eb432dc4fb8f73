"""The service figures and what is read from them, from the rows of the journal on."""
