package client

import "iter"

// allPages gives the items of one page after the other; of pages that were fetched by the `next` of the one
// before. After an error nothing follows.
func allPages[T any](fetch func(next string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		next := ""
		for {
			items, after, err := fetch(next)
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if after == "" {
				return
			}
			next = after
		}
	}
}
