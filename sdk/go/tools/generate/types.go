package main

import (
	"fmt"
	"slices"
	"strings"
)

// writeType writes a component as a Go type.
func (g *generator) writeType(name string) error {
	if typesByHand[name] {
		return nil
	}
	shape := g.Components.Schemas[name]
	into := g.file(g.tagOf[name])
	fmt.Fprintln(into)
	goType := goName(name)
	said, rest, _ := strings.Cut(shape.Description, "\n")
	comment(into, "", goType+": "+lowerFirst(said)+"\n"+rest)
	switch {
	case len(shape.Enum) > 0:
		return writeEnum(into, goType, shape)
	case len(shape.AllOf) > 0 || len(shape.Properties) > 0 || shape.kind() == "object":
		return g.writeStruct(into, name, shape)
	default:
		of, err := g.goType(shape, name)
		fmt.Fprintf(into, "type %s %s\n", goType, of)
		return err
	}
}

func writeEnum(into *strings.Builder, goType string, shape *schema) error {
	fmt.Fprintf(into, "type %s string\n\n// What %s may be.\nconst (\n", goType, goType)
	for _, value := range shape.Enum {
		fmt.Fprintf(into, "\t%s%s %s = %q\n", goType, goName(value), goType, value)
	}
	fmt.Fprintln(into, ")")
	return nil
}

func (g *generator) writeStruct(into *strings.Builder, name string, shape *schema) error {
	fmt.Fprintf(into, "type %s struct {\n", goName(name))
	own := []*schema{shape}
	if len(shape.AllOf) > 0 {
		own = shape.AllOf
	}
	for _, part := range own {
		if part.ref() != "" {
			fmt.Fprintf(into, "\t%s\n", goName(part.ref()))
			continue
		}
		if err := g.writeFields(into, name, part); err != nil {
			return err
		}
	}
	fmt.Fprintln(into, "}")
	return nil
}

// writeFields writes those that are always there first.
func (g *generator) writeFields(into *strings.Builder, name string, shape *schema) error {
	for _, isRequired := range []bool{true, false} {
		for _, property := range shape.Properties {
			if slices.Contains(shape.Required, property.name) != isRequired {
				continue
			}
			goType, err := g.fieldType(name, property, isRequired)
			if err != nil {
				return fmt.Errorf("%s: %w", property.name, err)
			}
			tag := property.name
			if !isRequired {
				tag += ",omitempty"
			}
			if said := describe(property.shape); said != "" {
				comment(into, "\t", said)
			}
			fmt.Fprintf(into, "\t%s %s `json:%q`\n", goName(property.name), goType, tag)
		}
	}
	return nil
}

// describe is what a property says of itself, or what stands beside its reference.
func describe(shape *schema) string {
	for _, option := range shape.OneOf {
		if shape.Description == "" {
			return option.Description
		}
	}
	return shape.Description
}

// fieldType is the type of a property: one that may be left out is a pointer where its zero is a value.
func (g *generator) fieldType(owner string, field property, isRequired bool) (string, error) {
	shape := field.shape
	isNullable := shape.isNullable()
	for i, option := range shape.OneOf {
		if option.kind() == "null" || len(option.Type) == 1 && option.Type[0] == "null" {
			shape, isNullable = shape.OneOf[1-i], true
			break
		}
	}
	goType, err := g.goType(shape, owner)
	if err != nil || isRequired && !isNullable {
		return goType, err
	}
	switch {
	case plain[owner+"."+field.name]:
	case goType == "time.Time", g.isStruct(shape):
		return "*" + goType, nil
	case g.isNumber(shape) && (isNullable || g.inRequests[owner]):
		return "*" + goType, nil
	case goType == "bool" && isNullable:
		return "*" + goType, nil
	}
	return goType, nil
}

func (g *generator) isNumber(shape *schema) bool {
	if name := shape.ref(); name != "" {
		shape = g.Components.Schemas[name]
	}
	return shape.kind() == "integer" || shape.kind() == "number"
}

func (g *generator) isStruct(shape *schema) bool {
	name := shape.ref()
	if name == "" {
		return false
	}
	of := g.Components.Schemas[name]
	return typesByHand[name] || len(of.AllOf) > 0 || of.kind() == "object"
}

// goType is the Go type of a shape. JSON of any shape is what can be written as such where it is only sent,
// and its text where it comes back.
func (g *generator) goType(shape *schema, owner string) (string, error) {
	if name := shape.ref(); name != "" {
		if g.Components.Schemas[name] == nil {
			return "", fmt.Errorf("there is no %s", name)
		}
		return goName(name), nil
	}
	switch shape.kind() {
	case "string":
		if shape.Format == "date-time" {
			return "time.Time", nil
		}
		return "string", nil
	case "boolean":
		return "bool", nil
	case "integer":
		if shape.Format == "int64" {
			return "int64", nil
		}
		return "int", nil
	case "number":
		return "float64", nil
	case "array":
		of, err := g.goType(shape.Items, owner)
		return "[]" + of, err
	case "object":
		if values := shape.AdditionalProperties.shape; values != nil {
			of, err := g.goType(values, owner)
			return "map[string]" + of, err
		}
		if len(shape.Properties) > 0 {
			return "", fmt.Errorf("an object without a name")
		}
		return g.anything(owner), nil
	case "":
		if len(shape.OneOf) > 0 || len(shape.AllOf) > 0 {
			return "", fmt.Errorf("a choice without a name")
		}
		return g.anything(owner), nil
	}
	return "", fmt.Errorf("a type %q that is not known", shape.kind())
}

func (g *generator) anything(owner string) string {
	if g.inRequests[owner] && !g.inAnswers(owner) {
		return "any"
	}
	return "json.RawMessage"
}

// inAnswers says whether a type comes back from any operation.
func (g *generator) inAnswers(name string) bool {
	answers := &generator{document: g.document, tagOf: map[string]string{}, inRequests: map[string]bool{}}
	for _, operation := range g.operations {
		if answer := operation.answer(); answer != nil {
			answers.reach(answer, shared, false)
		}
	}
	_, isThere := answers.tagOf[name]
	return isThere
}

func lowerFirst(text string) string {
	if len(text) > 1 && text[1] >= 'a' && text[1] <= 'z' || strings.HasPrefix(text, "A ") {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}
