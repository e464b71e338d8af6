package main

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"steploom.dev/go/function"
)

func described(t *testing.T, event Event) Result {
	t.Helper()
	result, err := handler(function.Context{}, event)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func numbers(all ...float64) []*float64 {
	pointers := make([]*float64, len(all))
	for index := range all {
		pointers[index] = &all[index]
	}
	return pointers
}

func TestDescribesNumbers(t *testing.T) {
	result := described(t, Event{
		Numbers:     numbers(4, 2, 8, 6),
		Percentiles: []float64{0, 25, 100},
		Buckets:     2,
	})
	variance := 20.0 / 3
	deviation := math.Sqrt(variance)
	expect := Result{
		Count: 4, Sum: 20, Min: 2, Max: 8, Mean: 5, Median: 5,
		Variance: &variance, Deviation: &deviation,
		Percentiles: []Percentile{{0, 2}, {25, 3.5}, {100, 8}},
		Histogram:   []Bucket{{2, 5, 2}, {5, 8, 2}},
	}
	if !reflect.DeepEqual(result, expect) {
		t.Errorf("got %+v", result)
	}
}

func TestOneNumberHasNoDeviation(t *testing.T) {
	result := described(t, Event{Numbers: numbers(3), Buckets: 5})
	if result.Variance != nil || result.Deviation != nil || result.Median != 3 {
		t.Errorf("got %+v", result)
	}
	if !reflect.DeepEqual(result.Histogram, []Bucket{{3, 3, 1}}) {
		t.Errorf("got %+v", result.Histogram)
	}
}

func TestSumsLoseNothing(t *testing.T) {
	if result := described(t, Event{Numbers: numbers(1e100, 1, -1e100)}); result.Sum != 1 {
		t.Errorf("got %v", result.Sum)
	}
	tenths := make([]float64, 10)
	for index := range tenths {
		tenths[index] = 0.1
	}
	if result := described(t, Event{Numbers: numbers(tenths...)}); result.Sum != 1 {
		t.Errorf("got %v", result.Sum)
	}
}

func TestEveryNumberIsInABucket(t *testing.T) {
	all := []float64{-1, -0.3, 0, 1e-300, 0.1, 0.2, 0.3, 0.7, 1}
	for buckets := 1; buckets < 50; buckets++ {
		count := 0
		for _, bucket := range described(t, Event{Numbers: numbers(all...), Buckets: buckets}).Histogram {
			count += bucket.Count
		}
		if count != len(all) {
			t.Errorf("%d buckets: %d numbers", buckets, count)
		}
	}
}

func TestFailsByName(t *testing.T) {
	for name, event := range map[string]Event{
		"NoNumbers":       {},
		"NumbersTooLarge": {Numbers: numbers(1.7e308, 1.7e308)},
	} {
		checkFails(t, name, event)
	}
	one := numbers(1)
	for _, event := range []Event{
		{Numbers: one, Percentiles: []float64{101}},
		{Numbers: one, Percentiles: []float64{-1}},
		{Numbers: one, Percentiles: make([]float64, 101)},
		{Numbers: []*float64{nil}},
		{Numbers: one, Buckets: -1},
		{Numbers: one, Buckets: 1001},
	} {
		checkFails(t, "InvalidEvent", event)
	}
}

func checkFails(t *testing.T, name string, event Event) {
	t.Helper()
	_, err := handler(function.Context{}, event)
	var named *function.Error
	if !errors.As(err, &named) || named.Type != name {
		t.Errorf("%+v: got %v", event, err)
	}
}
