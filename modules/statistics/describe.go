package main

import (
	"math"
	"slices"

	"steploom.dev/go/function"
)

// describe computes everything that the event asks for. The sums are exact enough for numbers of
// very different size: what rounding takes away is kept and added in the end.
// The numbers are left in order.
func describe(numbers []float64, event Event) (Result, error) {
	slices.Sort(numbers)
	count := float64(len(numbers))
	total := sum(numbers, func(number float64) float64 { return number })
	mean := total / count
	result := Result{
		Count:  len(numbers),
		Sum:    total,
		Min:    numbers[0],
		Max:    numbers[len(numbers)-1],
		Mean:   mean,
		Median: percentile(numbers, 50),
	}
	if len(numbers) > 1 {
		squares := sum(numbers, func(number float64) float64 { return (number - mean) * (number - mean) })
		variance := squares / (count - 1)
		deviation := math.Sqrt(variance)
		result.Variance, result.Deviation = &variance, &deviation
	}
	for _, wanted := range event.Percentiles {
		if wanted < 0 || wanted > 100 {
			return Result{}, function.Errorf("InvalidEvent", "a percentile is 0 to 100, %v is not", wanted)
		}
		result.Percentiles = append(result.Percentiles, Percentile{wanted, percentile(numbers, wanted)})
	}
	result.Histogram = histogram(numbers, event.Buckets)
	if !isFinite(result) {
		return Result{}, function.Errorf("NumbersTooLarge", "their sums are beyond 1.8e308: scale the numbers down")
	}
	return result, nil
}

// sum adds what of makes of each number (Neumaier's method).
func sum(numbers []float64, of func(float64) float64) float64 {
	total, lost := 0.0, 0.0
	for _, number := range numbers {
		part := of(number)
		next := total + part
		if math.Abs(total) >= math.Abs(part) {
			lost += (total - next) + part
		} else {
			lost += (part - next) + total
		}
		total = next
	}
	return total + lost
}

// percentile interpolates between the two numbers that are next to it, which are sorted.
func percentile(numbers []float64, percentile float64) float64 {
	rank := percentile / 100 * float64(len(numbers)-1)
	below := int(rank)
	above := min(below+1, len(numbers)-1)
	share := rank - float64(below)
	return numbers[below]*(1-share) + numbers[above]*share
}

// histogram counts sorted numbers in buckets of equal width: one where all numbers are the same.
func histogram(numbers []float64, buckets int) []Bucket {
	if buckets == 0 {
		return nil
	}
	low, high := numbers[0], numbers[len(numbers)-1]
	if low == high {
		return []Bucket{{low, high, len(numbers)}}
	}
	// Half of each, since the difference itself may be beyond all numbers.
	width := (high/2 - low/2) / float64(buckets) * 2
	all := make([]Bucket, buckets)
	for index := range all {
		all[index].From = low + float64(index)*width
		all[index].To = low + float64(index+1)*width
	}
	all[buckets-1].To = high
	at := 0
	for _, number := range numbers {
		for at < buckets-1 && number >= all[at].To {
			at++
		}
		all[at].Count++
	}
	return all
}

// isFinite says whether all of it can be written as JSON.
func isFinite(result Result) bool {
	all := []float64{result.Sum, result.Mean, result.Median}
	if result.Variance != nil {
		all = append(all, *result.Variance)
	}
	for _, one := range result.Percentiles {
		all = append(all, one.Value)
	}
	for _, bucket := range result.Histogram {
		all = append(all, bucket.From, bucket.To)
	}
	return !slices.ContainsFunc(all, func(number float64) bool {
		return math.IsNaN(number) || math.IsInf(number, 0)
	})
}
