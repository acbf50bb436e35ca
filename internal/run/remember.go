package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The request is kept in the vault under these names.
const (
	requestSystem = "tickmark"
	requestName   = "request"
)

// remember keeps a request for a later render: in the vault, to which a run
// that is offline may not write; its request stands in a file beside it, until
// the next one that is kept in the vault.
func (r *Run) remember(ctx context.Context, w *wanted) error {
	text, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("keeping the request: %w", err)
	}
	if r.offline {
		// The package does not depend on it; a vault may lie where nobody may write.
		if err := os.WriteFile(r.offlineRequest(), text, 0o600); err != nil {
			r.log.Warn(fmt.Sprintf("the request cannot be kept, so `tickmark render` makes the package before this one: %s", plainPath(err)))
		}
		return nil
	}
	if _, err := r.session.Fetch(ctx, requestSystem, requestName, func(context.Context) ([]byte, error) { return text, nil }); err != nil {
		return err
	}
	if err := os.Remove(r.offlineRequest()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keeping the request: %w", err)
	}
	return nil
}

func (r *Run) offlineRequest() string {
	return filepath.Join(filepath.Dir(r.cfg.Ledger), "offline-request.json")
}

// recall reads the last request.
func (r *Run) recall(ctx context.Context, j *job) error {
	data, err := os.ReadFile(r.offlineRequest())
	if errors.Is(err, fs.ErrNotExist) {
		data, err = r.session.Fetch(ctx, requestSystem, requestName, nil)
	}
	if err != nil {
		return &HintError{errors.New("the vault holds no request yet"), "run `tickmark package` once; `tickmark render` then makes its package again"}
	}
	if err := json.Unmarshal(data, &j.wanted); err != nil {
		return fmt.Errorf("reading the last request: %w", err)
	}
	return nil
}

// plainPath leaves of a file's error what a person needs.
func plainPath(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
