package function

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// NewLogHandler writes records as the platform's log has them, one line of JSON each:
//
//	{"level":"INFO","message":"greeted","name":"Ada"}
//
// Levels are DEBUG, INFO, WARN and ERROR, and none is left out. The time is the platform's to add.
// In WebAssembly it is slog's default, standard error being the log, and what package log prints
// is at INFO. Of one invocation 256 KiB of log are kept, if its settings do not say otherwise.
func NewLogHandler(to io.Writer) slog.Handler {
	return lines{slog.NewJSONHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: rename})}
}

// lines are records without a time.
type lines struct{ slog.Handler }

func (l lines) Handle(ctx context.Context, record slog.Record) error {
	record.Time = time.Time{}
	return l.Handler.Handle(ctx, record)
}

func (l lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return lines{l.Handler.WithAttrs(attrs)}
}

func (l lines) WithGroup(name string) slog.Handler {
	return lines{l.Handler.WithGroup(name)}
}

func rename(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.MessageKey {
		attr.Key = "message"
	}
	return attr
}
