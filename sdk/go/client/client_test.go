package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"steploom.dev/go/client"
)

func TestEndpoints(t *testing.T) {
	t.Setenv("STEPLOOM_ENDPOINT", "")
	for endpoint, expect := range map[string]string{
		"":                              "http://127.0.0.1:8080",
		"http://127.0.0.1:8470":         "http://127.0.0.1:8470",
		"http://127.0.0.1:8470/":        "http://127.0.0.1:8470",
		"https://steploom.test/a/":      "https://steploom.test/a",
		"http://[::1]:8080":             "http://[::1]:8080",
		"127.0.0.1:8470":                "error",
		"localhost":                     "error",
		"ftp://localhost":               "error",
		"http://":                       "error",
		"http://:80":                    "error",
		"http://localhost/?a=b":         "error",
		"http://localhost/?":            "error",
		"http://localhost/#a":           "error",
		"http://me:secret@localhost":    "error",
		"http://local host":             "error",
		"http://me:secret@local host/%": "error",
	} {
		c, err := client.New(client.Config{Endpoint: endpoint})
		if expect == "error" {
			if !errors.Is(err, client.ErrInvalid) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", endpoint, err)
			}
			continue
		}
		if err != nil || c.Endpoint() != expect {
			t.Errorf("%s: %v %v", endpoint, c, err)
		}
	}
}

func TestTheEnvironmentIsSecondToTheArguments(t *testing.T) {
	server := newFake(t, says(200, `{"items": []}`))
	t.Setenv("STEPLOOM_ENDPOINT", server.URL+"/prefix")
	t.Setenv("STEPLOOM_API_KEY", "from-the-environment")
	for _, key := range []string{"", "given"} {
		c := newClient(t, client.Config{APIKey: key})
		if _, err := c.ListMachines(bounded(t), nil); err != nil {
			t.Fatal(err)
		}
	}
	asked := server.requests()
	for i, expect := range []string{"Bearer from-the-environment", "Bearer given"} {
		if asked[i].header.Get("Authorization") != expect || asked[i].path != "/prefix/v1/machines" {
			t.Error(asked[i])
		}
	}
}

func TestAKeyIsNeverShown(t *testing.T) {
	c := newClient(t, client.Config{Endpoint: "http://127.0.0.1:1", APIKey: "secret", AttemptsMax: 1})
	_, err := c.ListMachines(bounded(t), nil)
	auth := client.BasicAuth("me", "secret")
	created := client.CreatedKey{Token: "secret", SecretAccessKey: "secret"}
	for _, shown := range []string{
		fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprint(err), fmt.Sprintf("%+v", err),
		fmt.Sprint(auth), fmt.Sprintf("%+v", *auth), fmt.Sprintf("%#v", auth),
		fmt.Sprint(created), fmt.Sprintf("%+v", &created), fmt.Sprintf("%#v", created),
	} {
		if strings.Contains(shown, "secret") {
			t.Error(shown)
		}
	}
	for _, key := range []string{"two words", "line\nfeed", "schlüssel"} {
		_, err := client.New(client.Config{APIKey: key})
		if !errors.Is(err, client.ErrInvalid) || strings.Contains(err.Error(), key) {
			t.Error(err)
		}
	}
}

// counted counts what passes it.
type counted struct{ requests int }

func (c *counted) RoundTrip(request *http.Request) (*http.Response, error) {
	c.requests++
	return http.DefaultTransport.RoundTrip(request)
}

func TestAnHTTPClientCanBeGiven(t *testing.T) {
	server := newFake(t, says(302, "", "Location", "/v1/elsewhere"))
	transport := &counted{}
	given := &http.Client{Transport: transport}
	c := newClient(t, client.Config{Endpoint: server.URL, HTTPClient: given})
	if _, err := c.ListMachines(bounded(t), nil); err == nil {
		t.Fatal("it followed")
	}
	if transport.requests != 1 || given.CheckRedirect != nil {
		t.Fatal(transport.requests, "or the caller's client was changed")
	}
}
