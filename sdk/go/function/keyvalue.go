package function

import "errors"

// KeyValue is the name of a store, whose values may be read and written with the grant
// keyvalue=STORE.
type KeyValue string

// Get gives the value of a key, and whether it has one.
func (k KeyValue) Get(key string) (value []byte, found bool, err error) {
	value, err = ask(k.request("get", key), none, nil)
	var named *Error
	if errors.As(err, &named) && named.Type == "KeyNotFound" {
		return nil, false, nil
	}
	return value, err == nil, err
}

// Set sets the value of a key.
func (k KeyValue) Set(key string, value []byte) error {
	_, err := ask(k.request("set", key), raw(value), nil)
	return err
}

// Delete deletes a key; there may be none.
func (k KeyValue) Delete(key string) error {
	_, err := ask(k.request("delete", key), none, nil)
	return err
}

// Increment adds to the whole number that a key has, 0 if it has none, and gives the sum. Nobody
// comes in between.
func (k KeyValue) Increment(key string, by int64) (int64, error) {
	line := k.request("increment", key)
	line.By = &by
	var said struct{ Value int64 }
	_, err := ask(line, none, &said)
	return said.Value, err
}

// Keys gives a page of the keys that begin with prefix: from the first one or, for the next page,
// behind after.
func (k KeyValue) Keys(prefix, after string) (page Keys, err error) {
	store := string(k)
	_, err = ask(request{Op: "keys", Store: &store, Prefix: prefix, After: after}, none, &page)
	return page, err
}

func (k KeyValue) request(op, key string) request {
	store := string(k)
	return request{Op: op, Store: &store, Key: &key}
}
