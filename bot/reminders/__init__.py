"""What happens when reminders come due: one a cadre, about all duties that are to be heard of."""
