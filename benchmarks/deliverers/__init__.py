"""What delivers in the outbox benchmark: each prints one JSON line (`benchmarks.outbox.Delivered`) when it is done."""
