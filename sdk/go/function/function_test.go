package function

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// check answers event by handler and compares what the host would be given.
func check[E, R any](t *testing.T, handler func(Context, E) (R, error), event, expect string, failed bool) {
	t.Helper()
	before := handle
	defer func() { handle = before }()
	Handle(handler)
	text, isError := answer(Context{}, []byte(event))
	if string(text) != expect || isError != failed {
		t.Errorf("%.60s: got %.200s (an error: %v), not %.200s", event, text, isError, expect)
	}
}

func echo[T any](_ Context, event T) (T, error) { return event, nil }

func fails(err error) func(Context, any) (any, error) {
	return func(Context, any) (any, error) { return nil, err }
}

type person struct {
	Name string `json:"name"`
}

func TestResultIsWhatTheHandlerGave(t *testing.T) {
	check(t, echo[person], `{"name": "Åsa 🚀", "age": 5}`, `{"name":"Åsa 🚀"}`, false)
	check(t, echo[person], `{}`, `{"name":""}`, false)
	check(t, echo[person], `null`, `{"name":""}`, false)
	check(t, echo[*person], `null`, `null`, false)
	check(t, echo[string], `"<b> & \u0000"`, `"<b> & \u0000"`, false)
	check(t, echo[json.RawMessage], `{"b": 1, "a": 2}`, `{"b":1,"a":2}`, false)
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	const numbers = `[12345678901234567890123,9007199254740993,-0,1.10,1E5]`
	check(t, echo[any], numbers, numbers, false)
	check(t, echo[int64], `9007199254740993`, `9007199254740993`, false)
}

func TestLargeAndDeepEventsPass(t *testing.T) {
	large := `"` + strings.Repeat("x", 5<<20) + `"`
	check(t, echo[any], large, large, false)
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	check(t, echo[any], deep, deep, false)
}

func TestErrorsHaveNames(t *testing.T) {
	named := Errorf("MissingName", "no %q in it", "name")
	check(t, fails(named), `{}`, `{"errorType":"MissingName","errorMessage":"no \"name\" in it"}`, true)
	check(t, fails(fmt.Errorf("outer: %w", named)), `{}`,
		`{"errorType":"MissingName","errorMessage":"outer: MissingName: no \"name\" in it"}`, true)
	check(t, fails(errors.New("plain")), `{}`, `{"errorType":"Function.Failed","errorMessage":"plain"}`, true)
	check(t, fails(&Error{Message: "plain"}), `{}`, `{"errorType":"Function.Failed","errorMessage":"plain"}`, true)
	check(t, fails(errors.New("\xff")), `{}`, `{"errorType":"Function.Failed","errorMessage":"\ufffd"}`, true)
}

func TestEventsThatDoNotFitAreRefused(t *testing.T) {
	refused := func(event, why string) {
		t.Helper()
		check(t, echo[person], event, `{"errorType":"InvalidEvent","errorMessage":"`+why+`"}`, true)
	}
	refused(`{"name": 5}`, "json: cannot unmarshal number into Go struct field person.name of type string")
	refused(``, "EOF")
	refused(`{} {}`, "there is more than one JSON value in it")
}

func TestResultsThatAreNotJSONAreErrors(t *testing.T) {
	nan := func(Context, any) (float64, error) { return math.NaN(), nil }
	check(t, nan, `{}`, `{"errorType":"InvalidResult","errorMessage":"json: unsupported value: NaN"}`, true)
}

func TestPanicsAreErrors(t *testing.T) {
	panics := func(_ Context, event []int) (int, error) { return event[len(event)], nil }
	check(t, panics, `[]`,
		`{"errorType":"Panic","errorMessage":"runtime error: index out of range [0] with length 0"}`, true)
}

func TestProgramWithoutHandlerSaysSo(t *testing.T) {
	text, failed := answer(Context{}, []byte(`{}`))
	if !failed || !strings.Contains(string(text), `"NoHandler"`) {
		t.Errorf("got %s", text)
	}
}
