"""Pages for people: plain HTML that works without a script and loads nothing from elsewhere."""
