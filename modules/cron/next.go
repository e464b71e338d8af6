package main

import "time"

const (
	// daysMax without a time that is due are the end: February 29 comes after eight years at the latest.
	daysMax = 9 * 366
	// yearMax is the last that RFC 3339 can write.
	yearMax = 9999
)

// next gives the times that are due after a time, in its zone. A time that the zone's clock skips is left
// out; one that it shows twice comes once.
func (p plan) next(after time.Time, count int) []time.Time {
	var times []time.Time
	last := after
	day := time.Date(after.Year(), after.Month(), after.Day(), 12, 0, 0, 0, time.UTC)
	for idle := 0; idle < daysMax && day.Year() <= yearMax; idle++ {
		if p.isOn(day) {
			for _, due := range p.of(day, after.Location()) {
				if !due.After(last) {
					continue
				}
				times = append(times, due)
				if len(times) == count {
					return times
				}
				last, idle = due, 0
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return times
}

// isOn says whether something is due on a day at all.
func (p plan) isOn(day time.Time) bool {
	if !has(p.months, int(day.Month())) {
		return false
	}
	isDay, isWeekday := has(p.days, day.Day()), has(p.weekdays, int(day.Weekday()))
	if p.anyDay || p.anyWeekday {
		return isDay && isWeekday
	}
	return isDay || isWeekday
}

// of gives the day's times in order.
func (p plan) of(day time.Time, zone *time.Location) []time.Time {
	var times []time.Time
	for hour := range 24 {
		for minute := range 60 {
			if !has(p.hours, hour) || !has(p.minutes, minute) {
				continue
			}
			due := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
			if due.Hour() == hour && due.Minute() == minute {
				times = append(times, due)
			}
		}
	}
	return times
}

func has(bits uint64, value int) bool {
	return bits&(1<<value) != 0
}
