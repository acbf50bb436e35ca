package capture

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// recordForEver is the child of TestKilledRunLosesNothing: it records, and
// says of each answer that it has it.
func recordForEver(dir, base string) error {
	s, err := Open(context.Background(), Options{Dir: dir, Now: time.Now, Log: discard()})
	if err != nil {
		return err
	}
	u, err := http.NewRequest(http.MethodGet, base, nil)
	if err != nil {
		return err
	}
	c := s.Client(Endpoint{System: "sys", BaseURL: u.URL})
	failed := make(chan error)
	for worker := range 4 {
		go func() {
			for i := 0; ; i++ {
				address := fmt.Sprintf("%s/%d/%d/%d", base, os.Getpid(), worker, i)
				resp, err := c.Get(address) //nolint:noctx // it is killed
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
				}
				if err != nil {
					failed <- err
					return
				}
				fmt.Println(address)
			}
		}()
	}
	return <-failed
}

// A run that is killed at any moment loses nothing that it had reported, and
// the next run takes the vault over and goes on.
func TestKilledRunLosesNothing(t *testing.T) {
	if dir := os.Getenv("CAPTURE_TEST_CHILD"); dir != "" {
		fmt.Println("failed", recordForEver(dir, os.Getenv("CAPTURE_TEST_BASE")))
		os.Exit(1)
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		// Some are small, some go through a temporary file.
		_, _ = io.WriteString(w, strings.Repeat(r.URL.Path+"\n", 1+rand.IntN(2)*30_000))
	})
	dir := vaultDir(t)
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	var reported []string
	for range rounds {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledRunLosesNothing$") //nolint:gosec // ourselves
		child.Env = append(os.Environ(), "CAPTURE_TEST_CHILD="+dir, "CAPTURE_TEST_BASE="+srv.URL)
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		alive := time.Duration(rand.IntN(60)) * time.Millisecond
		seen := 0
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "failed") {
				t.Fatal(lines.Text())
			}
			if seen++; seen == 1 {
				time.AfterFunc(alive, func() { _ = child.Process.Kill() })
			}
			reported = append(reported, lines.Text())
		}
		_ = child.Wait()
	}
	t.Logf("%d answers were reported by %d killed runs", len(reported), rounds)
	if rep := mustBeSound(t, dir); rep.Interrupted != rounds || rep.Records < len(reported) {
		t.Errorf("%+v", rep)
	}
	offline := begin(t, dir, 1, true)
	c := offline.client(srv.URL)
	for _, address := range reported {
		if g, err := offline.try(c, address); err != nil || !strings.HasSuffix(address+"\n", g.Body[:strings.Index(g.Body, "\n")+1]) {
			t.Errorf("%s was reported: %v", address, err)
		}
	}
	r := begin(t, dir, 1, false)
	r.get(r.client(srv.URL), srv.URL+"/after")
	r.close()
	if rep := mustBeSound(t, dir); rep.Interrupted != rounds {
		t.Errorf("%+v", rep)
	}
}
