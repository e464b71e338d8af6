package client

import (
	"net"
	"net/http"
	"time"
)

const (
	// connectTimeout is for a connection to come about: a host that is there answers within this, over any
	// distance.
	connectTimeout = 5 * time.Second

	// keepalive is the silence after which the system asks whether the other side is still there.
	keepalive = 30 * time.Second

	// idleTimeout is how long an unused connection is kept: less than the server keeps it, so that the server
	// never closes one that is just being used again.
	idleTimeout = 20 * time.Second

	// idleMax is how many unused connections are kept, all of them to the one host.
	idleMax = 64
)

// newHTTPClient is a copy of the caller's, or one of our own. Neither follows redirects: Steploom sends
// none, and a key should not travel.
func newHTTPClient(given *http.Client) *http.Client {
	made := http.Client{Transport: newTransport()}
	if given != nil {
		made = *given
	}
	made.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &made
}

func newTransport() *http.Transport {
	dialer := net.Dialer{Timeout: connectTimeout, KeepAlive: keepalive}
	return &http.Transport{
		// It leaves out proxies for the loopback interface, which they cannot reach.
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: connectTimeout,
		IdleConnTimeout:     idleTimeout,
		MaxIdleConns:        idleMax,
		MaxIdleConnsPerHost: idleMax,
		ForceAttemptHTTP2:   true,
	}
}
