"""What carries messages to people: mail, and the chats of a team."""
