"""The way of an event: received, decided, kept, its image waited for."""
