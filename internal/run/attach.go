package run

import (
	"fmt"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/collectors/files"
	"github.com/tickmark-dev/tickmark/internal/config"
)

// Attachment is what a person says of a file of their own.
type Attachment struct {
	Changes  []string // references, as people write them
	Shows    string
	Supports string // one of Supports, or ""
	By       string
	At       time.Time
}

// Supports lists what an exhibit can be evidence of.
func Supports() []string { return files.Supports() }

// Attach copies a file into the exhibits folder of a system and writes its
// sidecar. System may be empty where only one is configured. It gives the path
// of the copy.
func Attach(c *config.Config, system, file string, a Attachment) (string, error) {
	var folders, names []string
	for _, s := range c.Systems {
		if s.Kind == "files" && (system == "" || s.Name == system) {
			folders, names = append(folders, s.Path), append(names, s.Name)
		}
	}
	switch {
	case len(folders) == 0 && system != "":
		return "", fmt.Errorf("%s names no system %q of kind files", c.File, system)
	case len(folders) == 0:
		return "", &HintError{fmt.Errorf("%s names no folder for exhibits", c.File), "add a system: {name: exhibits, kind: files, path: exhibits}"}
	case len(folders) > 1:
		return "", fmt.Errorf("several systems keep exhibits: %s; choose one with --system", strings.Join(names, ", "))
	}
	return files.Attach(folders[0], files.Sidecar{Changes: a.Changes, Shows: a.Shows, Supports: a.Supports, By: a.By, At: a.At}, file)
}
