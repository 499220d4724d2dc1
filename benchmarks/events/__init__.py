"""The event service under load: what is sent, who sends it, the server it writes to, and the floor it stands beside."""
