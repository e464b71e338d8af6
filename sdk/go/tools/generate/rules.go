package main

import (
	"regexp"
	"strings"
)

// byHand has the operations whose methods are written by hand, and those methods.
var byHand = map[string]string{
	"follow_events":         "FollowEvents",
	"follow_logs":           "FollowLogs",
	"follow_machine_logs":   "FollowMachineLogs",
	"get_object":            "GetObject",
	"get_value":             "GetValue",
	"invoke_function":       "Invoke",
	"invoke_function_async": "InvokeAsync",
	"openapi_document":      "OpenAPI",
	"poll_activity":         "PollActivity",
	"put_function":          "PutFunction",
	"put_machine":           "DeployMachine",
	"put_object":            "PutObject",
	"put_value":             "PutValue",
	"redrive_execution":     "RedriveExecution",
	"run_execution":         "Run",
	"start_execution":       "Start",
	"start_executions":      "StartMany",
	"validate_machine":      "ValidateMachine",
}

// typesByHand are those that are written by hand, or that only the document needs.
var typesByHand = map[string]bool{
	"ConnectionAuth": true,
	"FunctionForm":   true,
	"Problem":        true,
	"StartAnswer":    true,
	"StartBefore":    true,
}

// repeatable has the operations, besides GET and PUT, of which doing it twice is as good as once.
var repeatable = map[string]bool{
	"change_activity_tags": true,
	"change_function_tags": true,
	"change_tags":          true,
	"delete_object":        true,
	"delete_value":         true,
	"heartbeat_task":       true,
	"pause_execution":      true,
	"pause_schedule":       true,
	"publish_function":     true,
	"publish_machine":      true,
	"release_execution":    true,
	"resume_execution":     true,
	"resume_schedule":      true,
	"revoke_key":           true,
	"stop_execution":       true,
	"stop_map_run":         true,
	"update_map_run":       true,
}

// plain has the numbers of requests that may be left out and where zero says the same as leaving it out. All
// others are pointers.
var plain = map[string]bool{
	"RedriveExecution.version":        true,
	"StartExecution.concurrencyLimit": true,
	"StartExecution.priority":         true,
	"StartExecution.version":          true,
}

// queryNames names the queries that several operations have, by their fields. Others are called after
// their operation.
var queryNames = map[string]string{
	"account":    "OfAccount",
	"alias":      "OfAlias",
	"group":      "InGroup",
	"limit,next": "Page",
	"qualifier":  "OfQualifier",
	"createOnly": "PutQuery",

	"limit,next,requestId,since": "ReadLogsQuery",
}

// withoutQuery has the operations whose methods, written by hand, take it in another way.
var withoutQuery = map[string]bool{
	"follow_events": true,
	"put_function":  true,
	"put_machine":   true,
}

// methodOf is an operation's method.
func methodOf(o *operation) string {
	if name, isByHand := byHand[o.OperationID]; isByHand {
		return name
	}
	id := o.OperationID
	// What belongs to a machine does not always say so, beside what belongs to functions and activities.
	if strings.HasPrefix(o.path, "/v1/machines/{name}/") && !strings.Contains(id, "machine") && !strings.Contains(id, "execution") {
		id = strings.Replace(id, "_", "_machine_", 1)
	}
	return goName(id)
}

var (
	wordStart = regexp.MustCompile(`(^|[a-z0-9])([A-Z])`)
	separator = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

var initialisms = map[string]string{"arn": "ARN", "id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs"}

// goName makes a Go name of snake_case, camelCase or SCREAMING_CASE.
func goName(name string) string {
	if name == strings.ToUpper(name) {
		name = strings.ToLower(name)
	}
	var made strings.Builder
	for _, word := range separator.Split(wordStart.ReplaceAllString(name, "${1}_${2}"), -1) {
		if word == "" {
			continue
		}
		if known, isKnown := initialisms[strings.ToLower(word)]; isKnown {
			made.WriteString(known)
		} else {
			made.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return made.String()
}

// argument makes a name of a parameter in Go.
func argument(name string) string { return strings.ToLower(name[:1]) + name[1:] }
