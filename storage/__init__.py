"""What is kept: SQLModel tables with their queries, one noun a file, and the unit of work around them."""
