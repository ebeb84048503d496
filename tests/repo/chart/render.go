// Renders the templates of a Helm chart as Helm does, with the functions that the chart
// uses: those of sprig, and include, required and toYaml.
//
//	render CHART < {"Values": …, "Release": …, "Chart": …} > documents
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

func toYaml(value any, indent string) string {
	var lines []string
	switch value := value.(type) {
	case map[string]any:
		var keys []string
		for key := range value {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			lines = append(lines, indent+key+":"+below(value[key], indent))
		}
	case []any:
		for _, item := range value {
			lines = append(lines, indent+"-"+below(item, indent))
		}
	default:
		scalar, _ := json.Marshal(value)
		return string(scalar)
	}
	return strings.Join(lines, "\n")
}

func below(value any, indent string) string {
	nested := toYaml(value, indent+"  ")
	switch value.(type) {
	case map[string]any, []any:
		if nested != "" {
			return "\n" + nested
		}
		return " {}"
	}
	return " " + nested
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var data map[string]any
	check(json.NewDecoder(os.Stdin).Decode(&data))
	set := template.New("chart").Option("missingkey=error")
	set.Funcs(sprig.TxtFuncMap()).Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var text bytes.Buffer
			err := set.ExecuteTemplate(&text, name, data)
			return text.String(), err
		},
		"required": func(message string, value any) (any, error) {
			if value == nil || value == "" {
				return nil, errors.New(message)
			}
			return value, nil
		},
		"toYaml": func(value any) string { return toYaml(value, "") },
	})
	files, err := filepath.Glob(filepath.Join(os.Args[1], "templates", "*"))
	check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(err)
		_, err = set.New(filepath.Base(file)).Parse(string(text))
		check(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".yaml") {
			fmt.Println("---")
			check(set.ExecuteTemplate(os.Stdout, filepath.Base(file), data))
		}
	}
}
