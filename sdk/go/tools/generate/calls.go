package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// writeOperation writes an operation's query, its method and, where it lists pages, their iterator.
func (g *generator) writeOperation(o *operation) error {
	into := g.file(fileOf(o))
	query, err := g.writeQuery(into, o)
	if err != nil {
		return err
	}
	if _, isByHand := byHand[o.OperationID]; isByHand {
		return nil
	}
	if err := refuseUnknown(o); err != nil {
		return err
	}
	call := callOf(o, query)
	answer := ""
	if shape := o.answer(); shape != nil {
		if answer = goName(shape.ref()); answer == "" {
			return fmt.Errorf("an answer without a name")
		}
	}
	if body := o.body(); body != nil {
		if body.ref() == "" {
			return fmt.Errorf("a body without a name")
		}
		call.arguments = append(call.arguments, "body "+goName(body.ref()))
		call.chain += ".json(body)"
	}
	if query != "" {
		call.arguments = append(call.arguments, "query *"+query)
		call.chain += ".with(query.values())"
		if hasCreateOnly(o) {
			call.chain += ".createOnly(query.isCreateOnly())"
		}
	}
	if repeatable[o.OperationID] {
		call.chain += ".repeatable(true)"
	}
	writeMethod(into, o, call, answer)
	if query != "" && g.isPaged(o) {
		return g.writeIterator(into, o, call, query)
	}
	return nil
}

// refuseUnknown refuses an operation that needs what plain methods do not do.
func refuseUnknown(o *operation) error {
	for _, parameter := range o.Parameters {
		if parameter.In != "path" && parameter.In != "query" && parameter.Name != "If-None-Match" {
			return fmt.Errorf("a parameter in the %s: write the method by hand", parameter.In)
		}
	}
	if o.RequestBody != nil && o.body() == nil {
		return fmt.Errorf("a body that is no JSON: write the method by hand")
	}
	for status, response := range o.Responses {
		if status[0] == '2' && len(response.Content) > 0 && response.Content["application/json"].Schema == nil {
			return fmt.Errorf("an answer that is no JSON: write the method by hand")
		}
	}
	return nil
}

// methodCall is how a method makes its call.
type methodCall struct {
	arguments []string
	// chain makes the call.
	chain string
}

var parameterPlace = regexp.MustCompile(`\{[^}]*\}`)

func callOf(o *operation, query string) methodCall {
	call := methodCall{arguments: []string{"ctx context.Context"}}
	values := []string{
		fmt.Sprintf("%q", o.method),
		fmt.Sprintf("%q", parameterPlace.ReplaceAllString(o.path, "{}")),
	}
	for _, segment := range o.segments() {
		name := argument(goName(segment.Name))
		if name == "iD" {
			name = "id"
		}
		if segment.Schema.kind() == "integer" {
			call.arguments = append(call.arguments, name+" int")
			values = append(values, "strconv.Itoa("+name+")")
			continue
		}
		call.arguments = append(call.arguments, name+" string")
		values = append(values, name)
	}
	call.chain = "newCall(" + strings.Join(values, ", ") + ")"
	return call
}

func writeMethod(into *strings.Builder, o *operation, call methodCall, answer string) {
	name := methodOf(o)
	fmt.Fprintln(into)
	comment(into, "", name+": "+lowerFirst(o.Summary))
	if o.Description != "" {
		fmt.Fprintln(into, "//")
		comment(into, "", o.Description)
	}
	fmt.Fprintf(into, "//\n// %s %s\n", o.method, o.path)
	fmt.Fprintf(into, "func (c *Client) %s(%s) ", name, strings.Join(call.arguments, ", "))
	if answer == "" {
		fmt.Fprintf(into, "error {\n\treturn discard(ctx, c, %s)\n}\n", call.chain)
	} else {
		fmt.Fprintf(into, "(*%s, error) {\n\treturn fetch[%s](ctx, c, %s)\n}\n", answer, answer, call.chain)
	}
}

// isPaged says whether an answer may name a page after it.
func (g *generator) isPaged(o *operation) bool {
	shape := o.answer()
	if shape == nil || g.Components.Schemas[shape.ref()] == nil {
		return false
	}
	properties := g.Components.Schemas[shape.ref()].Properties
	isNext := func(p parameter) bool { return p.Name == "next" }
	return properties.find("items") != nil && properties.find("next") != nil && slices.ContainsFunc(o.queries(), isNext)
}

var verb = regexp.MustCompile(`^(List|Get|Read)`)

func (g *generator) writeIterator(into *strings.Builder, o *operation, call methodCall, query string) error {
	method := methodOf(o)
	name := verb.ReplaceAllString(method, "All")
	item, err := g.goType(g.Components.Schemas[o.answer().ref()].Properties.find("items").Items, "")
	if err != nil {
		return err
	}
	passed := make([]string, 0, len(call.arguments))
	for _, argument := range call.arguments {
		passed = append(passed, strings.Fields(argument)[0])
	}
	passed[len(passed)-1] = "&page"
	fmt.Fprintf(into, `
// %[1]s gives what is on all pages of [Client.%[2]s], from the query's on. After an error nothing follows.
func (c *Client) %[1]s(%[3]s) iter.Seq2[%[4]s, error] {
	return allPages(func(next string) ([]%[4]s, string, error) {
		var page %[5]s
		if query != nil {
			page = *query
		}
		page.Next = first(next, page.Next)
		found, err := c.%[2]s(%[6]s)
		if err != nil {
			return nil, "", err
		}
		return found.Items, found.Next, nil
	})
}
`, name, method, strings.Join(call.arguments, ", "), item, query, strings.Join(passed, ", "))
	return nil
}

// writeQuery writes what stands behind the question mark as a type, and gives its name; empty if there is
// nothing.
func (g *generator) writeQuery(into *strings.Builder, o *operation) (string, error) {
	var names []string
	for _, query := range o.queries() {
		names = append(names, query.Name)
	}
	slices.Sort(names)
	fields := strings.Join(names, ",")
	if fields == "" || withoutQuery[o.OperationID] {
		return "", nil
	}
	name, isShared := queryNames[fields]
	if !isShared {
		name = methodOf(o) + "Query"
	}
	if written, isWritten := g.queries[name]; isWritten {
		if written != fields {
			return "", fmt.Errorf("%s has other fields elsewhere", name)
		}
		return name, nil
	}
	g.queries[name] = fields
	if isShared {
		into = g.file(shared)
	}
	return name, g.writeQueryType(into, name, o)
}

func (g *generator) writeQueryType(into *strings.Builder, name string, o *operation) error {
	var fields, values strings.Builder
	for _, query := range o.queries() {
		goType, method, err := g.queryField(query)
		if err != nil {
			return fmt.Errorf("%s: %w", query.Name, err)
		}
		comment(&fields, "\t", query.Description)
		fmt.Fprintf(&fields, "\t%s %s\n", goName(query.Name), goType)
		if query.Name == createOnly {
			continue
		}
		value := "q." + goName(query.Name)
		if method == "text" && goType != "string" {
			value = "string(" + value + ")"
		}
		fmt.Fprintf(&values, "\tvalues.%s(%q, %s)\n", method, query.Name, value)
	}
	said := "[Client." + methodOf(o) + "]"
	if name != methodOf(o)+"Query" {
		said += " and its like"
	}
	fmt.Fprintf(into, `
// %[1]s is what may be said to %[2]s; nil says nothing.
type %[1]s struct {
%[3]s}

func (q *%[1]s) values() url.Values {
	values := query{}
	if q == nil {
		return nil
	}
%[4]s	return url.Values(values)
}
`, name, said, fields.String(), values.String())
	if hasCreateOnly(o) {
		fmt.Fprintf(into, "\nfunc (q *%s) isCreateOnly() bool { return q != nil && q.CreateOnly }\n", name)
	}
	return nil
}

func hasCreateOnly(o *operation) bool {
	return slices.ContainsFunc(o.queries(), func(p parameter) bool { return p.Name == createOnly })
}

// enumNamed is the type with these values, which the document repeats where it should refer to it.
func (g *generator) enumNamed(values []string) string {
	for _, name := range slices.Sorted(maps.Keys(g.Components.Schemas)) {
		if len(values) > 0 && slices.Equal(g.Components.Schemas[name].Enum, values) {
			return name
		}
	}
	return ""
}

// queryField is the type of a query's field, and what writes it.
func (g *generator) queryField(query parameter) (goType, method string, err error) {
	shape := &query.Schema
	for _, option := range shape.OneOf {
		if option.ref() != "" || len(option.Enum) > 0 {
			shape = option
		}
	}
	if name := cmp.Or(shape.ref(), g.enumNamed(shape.Enum)); name != "" {
		return goName(name), "text", nil
	}
	if goType, err = g.goType(shape, ""); err != nil {
		return "", "", err
	}
	method = map[string]string{"string": "text", "int": "number", "bool": "flag", "time.Time": "time"}[goType]
	if method == "" {
		err = fmt.Errorf("a %s in a query", goType)
	}
	return goType, method, err
}
