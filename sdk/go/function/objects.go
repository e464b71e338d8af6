package function

// Objects is the name of a bucket, whose objects may be read and written with the grant
// objects=BUCKET: bytes under keys, of up to 16 MiB.
type Objects string

// Object is what is in a bucket under a key.
type Object struct {
	Body []byte
	// ContentType says what the bytes are, such as image/png; empty if nobody said so.
	ContentType string
}

// Read gives an object; one that is not there is an error.
func (o Objects) Read(key string) (Object, error) {
	var said struct{ ContentType string }
	body, err := ask(o.request("read", key), none, &said)
	return Object{Body: body, ContentType: said.ContentType}, err
}

// Write writes an object; one that is there is replaced.
func (o Objects) Write(key string, object Object) error {
	line := o.request("write", key)
	line.ContentType = object.ContentType
	_, err := ask(line, raw(object.Body), nil)
	return err
}

// Remove removes an object; there may be none.
func (o Objects) Remove(key string) error {
	_, err := ask(o.request("remove", key), none, nil)
	return err
}

// List gives a page of the keys that begin with prefix: from the first one or, for the next page,
// behind after.
func (o Objects) List(prefix, after string) (page Keys, err error) {
	bucket := string(o)
	_, err = ask(request{Op: "list", Bucket: &bucket, Prefix: prefix, After: after}, none, &page)
	return page, err
}

func (o Objects) request(op, key string) request {
	bucket := string(o)
	return request{Op: op, Bucket: &bucket, Key: &key}
}
