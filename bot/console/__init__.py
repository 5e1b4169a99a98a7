"""What staff see. In this version one page: today at a glance, numbers only."""
