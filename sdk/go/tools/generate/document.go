package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// document is what is read of an OpenAPI document (3.1).
type document struct {
	Paths      map[string]map[string]*operation
	Components struct{ Schemas map[string]*schema }
}

// operation is a method of a path.
type operation struct {
	method, path string
	OperationID  string `json:"operationId"`
	Summary      string
	Description  string
	Tags         []string
	Parameters   []parameter
	RequestBody  *struct{ Content map[string]content }
	Responses    map[string]struct{ Content map[string]content }
}

type parameter struct {
	Name, In, Description string
	Schema                schema
}

type content struct{ Schema *schema }

// schema is the shape of a value.
type schema struct {
	Ref                  string `json:"$ref"`
	Type                 types
	Format, Description  string
	Enum                 []string
	Required             []string
	Properties           properties
	AdditionalProperties values
	Items                *schema
	AllOf, OneOf         []*schema
}

// property is a field of an object.
type property struct {
	name  string
	shape *schema
}

// properties come in the order of the document.
type properties []property

func (p *properties) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	// The brace.
	if _, err := decoder.Token(); err != nil {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var shape schema
		if err := decoder.Decode(&shape); err != nil {
			return err
		}
		*p = append(*p, property{fmt.Sprint(name), &shape})
	}
	return nil
}

// find is the shape of a field; nil if there is none.
func (p properties) find(name string) *schema {
	for _, property := range p {
		if property.name == name {
			return property.shape
		}
	}
	return nil
}

// values is the shape of a map's values; nil in what is no map.
type values struct{ shape *schema }

func (v *values) UnmarshalJSON(text []byte) error {
	if string(text) == "false" {
		return nil
	}
	return json.Unmarshal(text, &v.shape)
}

// types is one type, or several of which `null` is one.
type types []string

func (t *types) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// kind is the type without null; empty if it may be anything.
func (s *schema) kind() string {
	for _, kind := range s.Type {
		if kind != "null" {
			return kind
		}
	}
	return ""
}

// isNullable says that null is a value of it.
func (s *schema) isNullable() bool { return slices.Contains(s.Type, "null") }

// ref is the name of the component that it stands for; empty if it is its own.
func (s *schema) ref() string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") }

// parse reads a document; its operations come in the order of their paths.
func parse(text []byte) (*document, []*operation, error) {
	var read document
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, nil, err
	}
	var operations []*operation
	for path, methods := range read.Paths {
		for method, operation := range methods {
			operation.method, operation.path = strings.ToUpper(method), path
			operations = append(operations, operation)
		}
	}
	slices.SortFunc(operations, func(a, b *operation) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method))
	})
	return &read, operations, nil
}

// isOurs says whether the client has a plain method for it: the rest is the process itself.
func (o *operation) isOurs() bool { return strings.HasPrefix(o.path, "/v1/") }

// segments are the parameters of the path, in its order.
func (o *operation) segments() []parameter {
	var found []parameter
	for _, part := range strings.Split(o.path, "/") {
		name, isParameter := strings.CutPrefix(part, "{")
		if !isParameter {
			continue
		}
		for _, parameter := range o.Parameters {
			if parameter.In == "path" && parameter.Name == strings.TrimSuffix(name, "}") {
				found = append(found, parameter)
			}
		}
	}
	return found
}

const (
	// createOnly is the header that refuses to replace what is there, as a field of the query.
	createOnly = "createOnly"

	createOnlySaid = "To fail with [ErrConflict] if there is one already. Such a call is not repeated."
)

// queries are the parameters behind the question mark, and createOnly.
func (o *operation) queries() []parameter {
	var found []parameter
	for _, query := range o.Parameters {
		switch {
		case query.In == "query":
			found = append(found, query)
		case query.In == "header" && query.Name == "If-None-Match":
			found = append(found, parameter{Name: createOnly, Description: createOnlySaid, Schema: schema{Type: types{"boolean"}}})
		}
	}
	return found
}

// body is the shape of what is sent as JSON; nil if nothing is.
func (o *operation) body() *schema {
	if o.RequestBody == nil {
		return nil
	}
	return o.RequestBody.Content["application/json"].Schema
}

// answer is the shape of what comes back as JSON if all goes well; nil if nothing does.
func (o *operation) answer() *schema {
	for _, status := range []string{"200", "201", "202"} {
		if shape := o.Responses[status].Content["application/json"].Schema; shape != nil {
			return shape
		}
	}
	return nil
}
