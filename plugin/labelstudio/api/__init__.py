"""What we ask of a Label Studio server, by what it is asked about; `gateway` joins them."""
