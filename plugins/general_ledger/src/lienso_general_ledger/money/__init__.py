"""What cash and bank share: funds, vouchers of money, their posting, printing and import."""
