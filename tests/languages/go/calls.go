package main

import (
	function "example/probe_go/steploom"
)

// callBack does what ../calls.json wants.
func callBack(event Event) (any, error) {
	switch event.Do {
	case "fuel":
		left := function.Fuel()
		return valueOf(0 < function.Fuel() && function.Fuel() < left, nil)
	case "invoke":
		return valueOf(function.Invoke[any](event.Name, event.Value))
	case "start":
		first, err := function.Start(event.Name, event.Value, event.Key)
		if err != nil {
			return nil, err
		}
		second, err := function.Start(event.Name, event.Value, event.Key)
		return valueOf(first != "" && first == second, err)
	case "config":
		value, found, err := function.Config(event.Key)
		if !found {
			return valueOf[any](nil, err)
		}
		return valueOf(value, nil)
	case "objects":
		return objects(function.Objects(event.Name), event.Key, event.text())
	case "keyvalue":
		return keyValue(function.KeyValue(event.Name), event.Key, event.text())
	case "tasks":
		return nil, endTask(event)
	}
	return nil, function.Errorf("UnknownProbe", "there is no probe %q", event.Do)
}

func valueOf[T any](value T, err error) (any, error) {
	return map[string]any{"value": value}, err
}

func (e Event) text() string {
	text, _ := e.Value.(string)
	return text
}

func objects(bucket function.Objects, key, text string) (any, error) {
	if err := bucket.Write(key, function.Object{Body: []byte(text), ContentType: "text/plain"}); err != nil {
		return nil, err
	}
	object, err := bucket.Read(key)
	if err != nil {
		return nil, err
	}
	page, err := bucket.List(key, "")
	if err != nil {
		return nil, err
	}
	if err := bucket.Remove(key); err != nil {
		return nil, err
	}
	left, err := bucket.List(key, "")
	return map[string]any{
		"body":        string(object.Body),
		"contentType": object.ContentType,
		"keys":        page.Keys,
		"left":        left.Keys,
	}, err
}

func keyValue(store function.KeyValue, key, text string) (any, error) {
	_, isThere, err := store.Get(key)
	if err != nil || isThere {
		return isThere, err
	}
	if err := store.Set(key, []byte(text)); err != nil {
		return nil, err
	}
	value, _, err := store.Get(key)
	if err != nil {
		return nil, err
	}
	page, err := store.Keys(key, "")
	if err != nil {
		return nil, err
	}
	if err := store.Delete(key); err != nil {
		return nil, err
	}
	sum, err := store.Increment(key, -5)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"absent": nil,
		"value":  string(value),
		"keys":   page.Keys,
		"sum":    sum,
	}, store.Delete(key)
}

func endTask(event Event) error {
	switch event.Key {
	case "succeed":
		return function.Succeed(event.Name, event.Value)
	case "fail":
		return function.Fail(event.Name, "Late", "too late")
	}
	return function.Heartbeat(event.Name)
}
