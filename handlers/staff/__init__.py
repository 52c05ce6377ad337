"""The staff's own pages below /staff/, behind one password. Nothing but the login page is served without it."""
