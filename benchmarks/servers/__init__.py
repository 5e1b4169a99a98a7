"""What the bot is measured beside: servers that answer the same questions with less, or with other libraries."""
