package function

import (
	"bytes"
	"log/slog"
	"testing"
)

func TestRecordsAreLinesOfJSON(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(NewLogHandler(&log))
	logger.Debug("two\nlines", "time", 5)
	logger.Info("Åsa <b>")
	logger.With("k", "v").WithGroup("g").Warn("w", "msg", "inner")
	logger.Error("e", "cause", Errorf("NoHost", "none"))
	const expect = `{"level":"DEBUG","message":"two\nlines","time":5}
{"level":"INFO","message":"Åsa <b>"}
{"level":"WARN","message":"w","k":"v","g":{"msg":"inner"}}
{"level":"ERROR","message":"e","cause":"NoHost: none"}
`
	if log.String() != expect {
		t.Errorf("got %s", log.String())
	}
}
