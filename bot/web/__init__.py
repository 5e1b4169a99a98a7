"""The public listener: webhooks of the platforms, health and metrics."""
