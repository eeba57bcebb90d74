"""What machines ask: health, metrics, the API's document; and Label Studio's calls."""
