"""What a button, a form or a panel does, once for all platforms.

A platform turns what somebody pressed, sent or chose into an `Input`, finds its route in `table`, answers at once as
the route's `first` says, and then shows the replies in its own manner.
"""
