package run

import (
	"github.com/tickmark-dev/tickmark/internal/config"
	"github.com/tickmark-dev/tickmark/internal/evidence"
	"github.com/tickmark-dev/tickmark/internal/response"
)

// ResponseStatuses lists what a response to an exception can stand at.
func ResponseStatuses() []string { return response.Statuses() }

// Responses gives what management has said to exceptions, by change and
// attribute.
func Responses(c *config.Config) ([]evidence.Response, error) { return response.Load(c.Responses) }

// Respond writes a response down, and gives the file. What it leaves empty
// stays as it was.
func Respond(c *config.Config, r evidence.Response) (string, error) {
	return c.Responses, response.Save(c.Responses, r)
}
