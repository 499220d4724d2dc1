"""How people sign in to the pages: by an OpenID provider, or with the service's token; and the cookie that remembers it."""
