package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"reflect"
	"time"
)

// uploadTimeout is for an upload: the module is sent and compiled meanwhile.
const uploadTimeout = 10 * time.Minute

// PutOptions says how a function or machine is put. Nil is none of it.
type PutOptions struct {
	// CreateOnly fails with [ErrConflict] if there is another one of that name. Such a call is not repeated.
	CreateOnly bool
	// Settings of a function's version; what is left out has its default.
	Settings *FunctionSettings
	// Type of a machine, which never changes: that it has, or STANDARD, if left out.
	Type MachineType
}

// DeployFunction sees to it that a function's newest version has this module, WebAssembly of at most 64 MiB,
// and these settings. It uploads nothing if that is so already: it may be called at every start of a program.
func (c *Client) DeployFunction(ctx context.Context, name string, module []byte, options *PutOptions) (*Function, error) {
	there, err := c.GetFunction(ctx, name)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return nil, err
	case isDeployed(there.Latest, module, options):
		return there, nil
	}
	return c.PutFunction(ctx, name, module, options)
}

// DeployFunctionFile is [Client.DeployFunction] with the module in a file.
func (c *Client) DeployFunctionFile(ctx context.Context, name, path string, options *PutOptions) (*Function, error) {
	module, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return c.DeployFunction(ctx, name, module, options)
}

// PutFunction uploads a function: a new one, or a new version of one, also if nothing differs. It can be
// invoked from now on. It is repeated when the line breaks, which can leave one version more than asked
// for.
func (c *Client) PutFunction(ctx context.Context, name string, module []byte, options *PutOptions) (*Function, error) {
	options = orNone(options)
	call := newCall(http.MethodPut, "/v1/functions/{}", name).createOnly(options.CreateOnly).within(uploadTimeout)
	if options.Settings == nil {
		return fetch[Function](ctx, c, call.bytes("application/wasm", module))
	}
	kind, form, err := uploadForm(module, options.Settings)
	if err != nil {
		return nil, err
	}
	return fetch[Function](ctx, c, call.bytes(kind, form))
}

// DeployMachine keeps a definition in Amazon States Language: a new machine, or a new version of one. The same
// definition again makes no new version. A string, []byte or [json.RawMessage] is text, of JSON or YAML;
// anything else is written as JSON.
//
// [ErrInvalid] with the code InvalidDefinition: the *[Problem] has every place that is wrong.
func (c *Client) DeployMachine(ctx context.Context, name string, definition any, options *PutOptions) (*Machine, error) {
	options = orNone(options)
	call := newCall(http.MethodPut, "/v1/machines/{}", name).createOnly(options.CreateOnly)
	if options.Type != "" {
		call.with(url.Values{"type": {string(options.Type)}})
	}
	return fetch[Machine](ctx, c, call.definition(definition))
}

// ValidateMachine checks a definition, as [Client.DeployMachine] takes it, and keeps nothing. One that is
// wrong is no error.
func (c *Client) ValidateMachine(ctx context.Context, definition any) (*Validation, error) {
	call := newCall(http.MethodPost, "/v1/definitions/validate").definition(definition)
	return fetch[Validation](ctx, c, call.repeatable(true))
}

// definition gives a call the body of a definition. In JSON that is an object, so it starts with a brace;
// every other text is YAML.
func (c *call) definition(definition any) *call {
	var text []byte
	switch given := definition.(type) {
	case string:
		text = []byte(given)
	case []byte:
		text = given
	case json.RawMessage:
		text = given
	default:
		return c.json(definition)
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return c.bytes("application/json", text)
	}
	return c.bytes("application/yaml", text)
}

// isDeployed says whether a version has this module and these settings.
func isDeployed(latest FunctionVersion, module []byte, options *PutOptions) bool {
	digest := sha256.Sum256(module)
	if latest.Module != hex.EncodeToString(digest[:]) {
		return false
	}
	wanted := orNone(options).Settings
	if wanted == nil {
		wanted = &FunctionSettings{}
	}
	return reflect.DeepEqual(completed(*wanted), completed(latest.Settings))
}

// completed is settings with the defaults in what was left out. A server with other defaults only makes
// deploying upload once more than needed.
func completed(settings FunctionSettings) FunctionSettings {
	for _, setting := range []struct {
		field    **int64
		standard int64
	}{
		{&settings.TimeoutMs, 30_000},
		{&settings.MemoryBytesMax, 128 << 20},
		{&settings.FuelMax, 50_000_000_000},
		{&settings.OutputBytesMax, 6 << 20},
		{&settings.LogBytesMax, 256 << 10},
		{&settings.DiskBytesMax, 64 << 20},
	} {
		if *setting.field == nil {
			*setting.field = Ptr(setting.standard)
		}
	}
	for _, setting := range []struct {
		field    **int
		standard int
	}{
		{&settings.ReuseUsesMax, 1_000},
		{&settings.ReuseSecondsMax, 300},
	} {
		if *setting.field == nil {
			*setting.field = Ptr(setting.standard)
		}
	}
	if settings.Reuse == "" {
		settings.Reuse = ReuseNone
	}
	if len(settings.Environment) == 0 {
		settings.Environment = nil
	}
	if len(settings.Volumes) == 0 {
		settings.Volumes = nil
	}
	return settings
}

// uploadForm is the content type and body of a form (RFC 7578), made whole in memory so that it can be sent
// again.
func uploadForm(module []byte, settings *FunctionSettings) (string, []byte, error) {
	written, err := encode(settings)
	if err != nil {
		return "", nil, err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, part := range []struct {
		name, kind string
		content    []byte
	}{
		{"settings", "application/json", written},
		{"module", "application/wasm", module},
	} {
		head := textproto.MIMEHeader{}
		head.Set("Content-Disposition", `form-data; name="`+part.name+`"`)
		head.Set("Content-Type", part.kind)
		// Writing into a buffer does not fail.
		into, _ := form.CreatePart(head)
		_, _ = into.Write(part.content)
	}
	_ = form.Close()
	return form.FormDataContentType(), body.Bytes(), nil
}

func orNone(options *PutOptions) *PutOptions {
	if options == nil {
		return &PutOptions{}
	}
	return options
}
