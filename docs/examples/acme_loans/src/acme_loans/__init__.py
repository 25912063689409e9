"""Money that a company borrows and pays back."""
