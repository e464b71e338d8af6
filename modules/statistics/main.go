// Statistics describes numbers: {"numbers": [1, 2, 3, 4]} becomes {"count": 4, "mean": 2.5, ...}.
package main

import (
	"log/slog"

	"steploom.dev/go/function"
)

const (
	percentilesMax = 100
	bucketsMax     = 1000
)

// Event is what comes in.
type Event struct {
	// Numbers are pointers, since encoding/json makes 0 of a null otherwise.
	Numbers []*float64 `json:"numbers"`
	// Percentiles are from 0 to 100.
	Percentiles []float64 `json:"percentiles"`
	// Buckets of the histogram, of equal width; none if it is 0.
	Buckets int `json:"buckets"`
}

// Result is what goes out.
type Result struct {
	Count int     `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Mean  float64 `json:"mean"`
	// Median is the mean of the two in the middle where there are two.
	Median float64 `json:"median"`
	// Variance is that of a sample, with n-1; null for one number, as the deviation, its square root.
	Variance    *float64     `json:"variance"`
	Deviation   *float64     `json:"deviation"`
	Percentiles []Percentile `json:"percentiles,omitempty"`
	Histogram   []Bucket     `json:"histogram,omitempty"`
}

// Percentile is a number below which so many of a hundred are.
type Percentile struct {
	Percentile float64 `json:"percentile"`
	Value      float64 `json:"value"`
}

// Bucket counts the numbers from From to To; To belongs to the last bucket only.
type Bucket struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Count int     `json:"count"`
}

func init() { function.Handle(handler) }

func main() {} // Never run: the host calls the handler.

func handler(_ function.Context, event Event) (Result, error) {
	if len(event.Numbers) == 0 {
		return Result{}, function.Errorf("NoNumbers", "\"numbers\" is a list of one number or more")
	}
	if len(event.Percentiles) > percentilesMax {
		return Result{}, function.Errorf("InvalidEvent", "%d percentiles are asked for, %d are allowed", len(event.Percentiles), percentilesMax)
	}
	if event.Buckets < 0 || event.Buckets > bucketsMax {
		return Result{}, function.Errorf("InvalidEvent", "\"buckets\" is 0 to %d", bucketsMax)
	}
	numbers := make([]float64, len(event.Numbers))
	for index, number := range event.Numbers {
		if number == nil {
			return Result{}, function.Errorf("InvalidEvent", "the number at %d, from 0, is null: leave it out", index)
		}
		numbers[index] = *number
	}
	result, err := describe(numbers, event)
	slog.Info("described", "numbers", len(event.Numbers))
	return result, err
}
