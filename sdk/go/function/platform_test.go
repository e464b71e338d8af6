package function

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
)

func TestRequestIsALineOfWhatIsSaid(t *testing.T) {
	check := func(line request, expect string) {
		t.Helper()
		text, err := encode(line)
		if err != nil || string(text) != expect {
			t.Errorf("got %s, %v", text, err)
		}
	}
	check(request{Op: "start", Machine: "<a>\n"}, `{"op":"start","machine":"<a>\n"}`)
	check(Objects("b").request("read", ""), `{"op":"read","bucket":"b","key":""}`)
	zero := int64(0)
	line := KeyValue("s").request("increment", "k")
	line.By = &zero
	check(line, `{"op":"increment","store":"s","key":"k","by":0}`)
}

func TestAnswerIsALineAndABody(t *testing.T) {
	var page Keys
	body, err := read([]byte("{\"ok\":{\"keys\":[\"a\"],\"next\":\"b\"}}\n1\n2\n"), &page)
	if err != nil || string(body) != "1\n2\n" || !reflect.DeepEqual(page, Keys{Keys: []string{"a"}, Next: "b"}) {
		t.Errorf("got %q, %+v, %v", body, page, err)
	}
	if body, err = read([]byte(`{"ok":{}}`), nil); err != nil || len(body) != 0 {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestErrorHasTheCodeAsItsType(t *testing.T) {
	_, err := read([]byte("{\"error\":{\"code\":\"AccessDenied\",\"message\":\"deploy it with --grant tasks\"}}\n"), nil)
	var named *Error
	if !errors.As(err, &named) || *named != (Error{"AccessDenied", "deploy it with --grant tasks"}) {
		t.Errorf("got %v", err)
	}
	if _, err = read(nil, nil); err == nil {
		t.Error("no answer is no error")
	}
}

func TestThereIsNoPlatformOutside(t *testing.T) {
	_, invoked := Invoke[json.RawMessage]("resize", nil)
	_, started := Start("orders", nil, "o-1")
	_, _, configured := Config("COLOR")
	_, read := Objects("photos").Read("a")
	_, listed := Objects("photos").List("", "")
	_, _, got := KeyValue("sessions").Get("a")
	_, incremented := KeyValue("sessions").Increment("a", 1)
	_, paged := KeyValue("sessions").Keys("", "")
	all := []error{
		invoked, started, configured, read, listed, got, incremented, paged,
		Succeed("t", 1), Fail("t", "Late", "too late"), Heartbeat("t"),
		Objects("photos").Write("a", Object{}), Objects("photos").Remove("a"),
		KeyValue("sessions").Set("a", nil), KeyValue("sessions").Delete("a"),
	}
	for at, err := range all {
		var named *Error
		if !errors.As(err, &named) || named.Type != "NoPlatform" {
			t.Errorf("%d: got %v", at, err)
		}
	}
	if Fuel() != math.MaxInt64 {
		t.Errorf("got %d", Fuel())
	}
}
