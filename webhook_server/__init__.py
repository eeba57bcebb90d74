"""What the network sees: the webhook, the dashboard, health."""
