"""What staff see: server-rendered pages behind a login, for phones and desks, without need of JavaScript."""
