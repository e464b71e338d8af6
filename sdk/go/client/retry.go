package client

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

const (
	// attemptsDefault is how often a call is tried that may be repeated: over in about a second when nobody is
	// there.
	attemptsDefault = 4

	// retryForDefault is how long after its first failure a call is not tried again.
	retryForDefault = time.Minute

	// pauseFirst bounds the pause after the first failure; the bound doubles with each.
	pauseFirst = 100 * time.Millisecond

	// pauseMax bounds every pause of our own making.
	pauseMax = 5 * time.Second

	// retryAfterMax is the longest pause that a server may ask for; beyond it the caller should decide.
	retryAfterMax = 30 * time.Second
)

// patience is how often, and for how long, a call is tried.
type patience struct {
	attemptsMax int
	retryFor    time.Duration
}

// ofStream is that of a stream, which is taken up again for as long as a server may take to come back,
// however often that is.
func (p patience) ofStream() patience {
	if p.attemptsMax > 1 {
		p.attemptsMax = math.MaxInt
	}
	return p
}

// trying is one call on its way through its attempts.
type trying struct {
	patience
	failures int
	// failedAt is when it failed first.
	failedAt time.Time
}

func (p patience) begin() *trying { return &trying{patience: p} }

// again pauses after a failure and says whether to try once more. It does not if the failure will not
// pass, if attempts or time are used up, or if the context ends meanwhile.
func (t *trying) again(ctx context.Context, failed *failure) bool {
	if t.failures == 0 {
		t.failedAt = time.Now()
	}
	t.failures++
	if !failed.isPassing || t.failures >= t.attemptsMax {
		return false
	}
	wait, ok := pause(t.failures, failed.retryAfter)
	if !ok || time.Since(t.failedAt)+wait > t.retryFor {
		return false
	}
	return sleep(ctx, wait)
}

// pause is how long to wait after so many failures (1 is the first): anything up to a time that doubles,
// so that many clients do not come back at once. The server's wish goes before if it is longer. False:
// it asks for more patience than we have.
func pause(failures int, retryAfter time.Duration) (time.Duration, bool) {
	if retryAfter > retryAfterMax {
		return 0, false
	}
	bound := min(pauseFirst<<min(failures-1, 16), pauseMax)
	return max(rand.N(bound+1), retryAfter), true
}

// sleep waits, and says whether it could: false if the context ended first.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
