package client

// What holds a secret does not show it where it is printed, as in a log. Its fields and its JSON have it.

// String hides the secret.
func (a ConnectionAuth) String() string { return a.Type + " (hidden)" }

// GoString hides it as well.
func (a ConnectionAuth) GoString() string { return a.String() }

// String hides the secret.
func (k CreatedKey) String() string { return k.ID + " (hidden)" }

// GoString hides it as well.
func (k CreatedKey) GoString() string { return k.String() }
