package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"steploom.dev/go/client"
	"steploom.dev/go/internal/real"
)

const folder = "../../client"

// served is the document of a real server.
func served(t *testing.T) []byte {
	t.Helper()
	text, err := documentOf(real.Start(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestWhatIsCommittedIsWhatTheServerSays(t *testing.T) {
	files, err := generate(served(t))
	if err != nil {
		t.Fatal(err)
	}
	committed, err := filepath.Glob(filepath.Join(folder, "*"+suffix))
	if err != nil || len(committed) != len(files) {
		t.Errorf("%d files are there and %d are made: %v", len(committed), len(files), err)
	}
	for name, source := range files {
		found, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(found, source) {
			t.Errorf("%s is not what the server says: run the generator (%v)", name, err)
		}
	}
}

func TestEveryOperationHasAMethodThatAsksForIt(t *testing.T) {
	_, operations, err := parse(served(t))
	if err != nil {
		t.Fatal(err)
	}
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked += r.Method + " " + r.URL.EscapedPath() + "\n"
		io.WriteString(w, "{}")
	}))
	defer server.Close()
	c, err := client.New(client.Config{Endpoint: server.URL, AttemptsMax: 1})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, operation := range operations {
		if !operation.isOurs() {
			continue
		}
		method := reflect.ValueOf(c).MethodByName(methodOf(operation))
		if !method.IsValid() {
			t.Errorf("%s %s has no method %s", operation.method, operation.path, methodOf(operation))
			continue
		}
		asked = ""
		try(method)
		if expect := operation.method + " " + filled(operation) + "\n"; asked != expect {
			t.Errorf("%s asked for %q, not %q", methodOf(operation), asked, expect)
		}
		checked++
	}
	if checked < 100 {
		t.Error("only", checked)
	}
}

// filled is an operation's path with what try puts in it.
func filled(o *operation) string {
	path := o.path
	for _, segment := range o.segments() {
		value := "x"
		if segment.Schema.kind() == "integer" {
			value = "7"
		}
		path = strings.Replace(path, "{"+segment.Name+"}", value, 1)
	}
	return path
}

// try calls a method with some arguments, and takes the first of what it iterates over.
func try(method reflect.Value) {
	var arguments []reflect.Value
	for i := range method.Type().NumIn() {
		arguments = append(arguments, some(method.Type().In(i)))
	}
	found := method.Call(arguments)[0]
	if found.Kind() != reflect.Func || found.IsNil() {
		return
	}
	stop := reflect.MakeFunc(found.Type().In(0), func([]reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(false)}
	})
	found.Call([]reflect.Value{stop})
}

// some is a value of a type.
func some(of reflect.Type) reflect.Value {
	switch {
	case of == reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case of.Kind() == reflect.String:
		return reflect.ValueOf("x").Convert(of)
	case of.Kind() == reflect.Int:
		return reflect.ValueOf(7)
	case of.Kind() == reflect.Slice:
		return reflect.MakeSlice(of, 1, 1)
	default:
		return reflect.Zero(of)
	}
}

func TestNoRuleIsStale(t *testing.T) {
	read, operations, err := parse(served(t))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, operation := range operations {
		ids[operation.OperationID] = true
	}
	for _, id := range slices.Concat(slices.Collect(maps.Keys(byHand)), slices.Collect(maps.Keys(repeatable))) {
		if !ids[id] {
			t.Errorf("there is no operation %s", id)
		}
	}
	for name := range typesByHand {
		if read.Components.Schemas[name] == nil {
			t.Errorf("there is no type %s", name)
		}
	}
	for name := range plain {
		owner, property, _ := strings.Cut(name, ".")
		if shape := read.Components.Schemas[owner]; shape == nil || shape.Properties.find(property) == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestNames(t *testing.T) {
	for name, expect := range map[string]string{
		"requestId": "RequestID", "TIMED_OUT": "TimedOut", "list_function_urls": "ListFunctionURLs", "id": "ID",
		"FunctionUrl": "FunctionURL", "If-None-Match": "IfNoneMatch", "apiKey": "ApiKey", "n": "N", "arn": "ARN",
	} {
		if found := goName(name); found != expect {
			t.Errorf("%s: %s", name, found)
		}
	}
}

func TestWhatNoRuleCoversIsRefused(t *testing.T) {
	for name, row := range map[string]struct{ paths, schemas, why string }{
		"a header": {
			`{"/v1/x": {"get": {"operationId": "x", "parameters": [{"name": "h", "in": "header", "schema": {"type": "string"}}], "responses": {}}}}`,
			`{}`, "by hand",
		},
		"bytes": {
			`{"/v1/x": {"get": {"operationId": "x", "responses": {"200": {"content": {"image/png": {}}}}}}}`, `{}`, "by hand",
		},
		"a choice": {`{}`, `{"X": {"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}}`, "choice"},
		"a hole":   {`{}`, `{"X": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Y"}}}}`, "no Y"},
	} {
		text := `{"paths": ` + row.paths + `, "components": {"schemas": ` + row.schemas + `}}`
		if files, err := generate([]byte(text)); err == nil || !strings.Contains(err.Error(), row.why) {
			t.Errorf("%s: %v %v", name, err, files)
		}
	}
}
