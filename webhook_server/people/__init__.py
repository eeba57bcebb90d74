"""Who is at the page: signing in and out, cookies, forged forms turned away."""
