package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tickmark-dev/tickmark/collectors/collectortest"
)

const jiraToken = "planted/jira+d41d8cd98f00b204e980"

func TestRealTickets(t *testing.T) {
	need(t, "pdftotext")
	python(t)
	server := collectortest.Jira(t)
	s := newSite(t, "  - {name: jira, kind: jira, url: '"+server.URL+"', cloud: true, user: "+jiraUser+", token: {env: JIRA_TOKEN}, projects: [EE, K5], deployed: {statuses: [已完成]}}\n",
		map[string]string{"JIRA_TOKEN": jiraToken})
	text := "No;Change request\n"
	for i, r := range readRows(t, collectortest.SharedData(t, "devlake", "jira", "_raw_jira_api_issues.csv")) {
		text += itoa(i+1) + ";" + at(r.data, "key") + "\n"
	}
	list := filepath.Join(s.dir, "tickets.csv")
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.online(t, list)
	t.Logf("%+v", m.stats)
	os.RemoveAll("/tmp/w/real/jira")
	os.CopyFS("/tmp/w/real/jira", os.DirFS(m.Folder))
}
