package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

func TestTry(t *testing.T) {
	d := collectortest.NewDevlakeGitHub(t)
	srv := newTagged(t, d)
	s := newSite(t, "  - {name: github, kind: github, url: "+srv.URL+", web_url: 'https://github.com', token: {env: GH}, repositories: [panjf2000/ants]}\n", map[string]string{"GH": "planted-0123456789abcdef"})
	list := filepath.Join(s.dir, "samples.csv")
	os.WriteFile(list, []byte("Sample,PR\n1,#211\n2,#53\n3,#41\n4,#8\n"), 0o600)
	m := s.online(t, list)
	t.Logf("%+v", m.stats)
	m2 := s.online(t, list)
	t.Logf("%+v", m2.stats)
	os.RemoveAll("/tmp/w/real/out")
	os.CopyFS("/tmp/w/real/out", os.DirFS(m.Folder))
}
