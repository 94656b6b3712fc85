"""The visit: chat, note and history of the cases one has open."""
