"""What runs beside the model, behind `plugin.client`: decide, spool, send, count."""
