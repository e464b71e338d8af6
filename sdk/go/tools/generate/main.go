// Generate writes the types of the HTTP API and its plain methods, client/*_gen.go, from the server's
// OpenAPI document:
//
//	go run ./tools/generate http://127.0.0.1:8080
//
// What people touch most is written by hand beside them: see the tables in rules.go. A document that has
// something which no rule covers is refused, so that nothing is left out in silence.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./tools/generate URL, in sdk/go")
		os.Exit(2)
	}
	if err := run(os.Args[1], "client"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes what the server at an endpoint has into a folder, and removes what it has no more.
func run(endpoint, folder string) error {
	text, err := documentOf(endpoint)
	if err != nil {
		return err
	}
	files, err := generate(text)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(folder, "*"+suffix))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, isThere := files[filepath.Base(path)]; !isThere {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, source := range files {
		if !strings.HasSuffix(name, suffix) {
			return fmt.Errorf("%s is no name of a generated file", name)
		}
		if err := os.WriteFile(filepath.Join(folder, name), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// documentOf asks a server for its document. It does without the client, which may not compile just now.
func documentOf(endpoint string) ([]byte, error) {
	response, err := http.Get(strings.TrimRight(endpoint, "/") + "/v1/openapi.json")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server at %s answered %s", endpoint, response.Status)
	}
	return io.ReadAll(response.Body)
}
