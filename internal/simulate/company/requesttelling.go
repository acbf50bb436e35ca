package company

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"github.com/tickmark-dev/tickmark/internal/simulate/tracker"
)

// requestTeller is one change request while it is told.
type requestTeller struct {
	*story
	c       *changeRequest
	is      *tracker.Issue
	st      map[string]tracker.Status
	start   time.Time
	seconds int // that the work took
}

func (w *requestTeller) tell(doer *tracker.User, n int) {
	c, is := w.c, w.is
	started := w.start.Add(time.Duration(2+n%9) * time.Minute)
	if c.has("outside-window") {
		started = w.start.Add(27 * time.Hour)
	}
	done := started.Add(time.Duration(w.seconds) * time.Second)
	if c.plan != nil {
		if c.plan.change == nil || c.plan.change.Deployed.IsZero() {
			return // not live when the story ends
		}
		done = c.plan.change.Deployed
		started = done.Add(-6 * time.Minute)
	}
	if c.incident != nil {
		done = c.incident.opened.Add(27 * time.Minute)
		started = done.Add(-5 * time.Minute)
	}
	after := c.has("approval-after-work") || c.has("emergency-ticket")
	if !after {
		before := earlier(started, w.start)
		if c.beside { // the board decides before the merge
			before = c.plan.merged
		}
		w.approve(w.cal.back(before, 180))
	}
	at := func(t time.Time) time.Time { return later(t, w.c.ticket.created.Add(8*time.Minute)) }
	is.Transition(w.ids, at(started), doer, w.st["implementing"], "")
	is.Say(w.ids, at(started.Add(time.Minute)), doer, "Started. {status:IMPLEMENTING:blue}")
	w.evidence(doer, at(done.Add(6*time.Minute)), n)
	resolution := "Done"
	switch {
	case c.has("outcome-failed-ticket"):
		resolution = "Backed out"
		is.Say(w.ids, at(done.Add(2*time.Minute)), doer, "Failed: health check after the change is red. Taken back by the rollback plan within the window; everything is as before. ❌")
	case c.has("failed-left"):
		is.Say(w.ids, at(done.Add(9*time.Minute)), doer, "Done, but the health check after the change is red. I leave it as it is and look at it again next week. ❌")
	default:
		is.Say(w.ids, at(done.Add(9*time.Minute)), doer, "Done and checked: error rate and latency as before, alerts quiet for ten minutes. ✅")
	}
	is.Set(w.ids, at(done.Add(10*time.Minute)), doer, w.field("Implemented at"), tracker.Value{Time: done.In(w.Zone)})
	is.Set(w.ids, at(done.Add(10*time.Minute+3*time.Second)), doer, w.field("Implemented by"), tracker.Value{User: doer})
	is.Transition(w.ids, at(done.Add(11*time.Minute)), doer, w.st["implemented"], resolution)
	w.signOff(done)
	if after {
		w.approve(w.cal.add(done, 260))
	}
	ingrid := w.who["ingrid"].Jira
	closing := later(w.cal.add(done, 1100), is.Updated.Add(time.Minute))
	if closing.Before(w.Now) {
		is.Say(w.ids, closing, ingrid, "Reviewed after implementation: window kept, outcome as described.").Internal = true
	}
	if c.has("ticket-edited") {
		edited := w.cal.add(done, 5200)
		is.Set(w.ids, edited, c.asker.Jira, w.field("Testing plan"), tracker.Value{Text: "Tested on staging two days before: " + tracker.Text(c.test)})
		is.Set(w.ids, edited.Add(time.Minute), c.asker.Jira, w.field("Risk level"), tracker.Value{Options: []string{"Low"}})
	}
	w.write(done)
}

// signedOff reports whether a lead has looked at it afterwards, as high risk asks for.
func (c *changeRequest) signedOff() bool { return c.risk == high && !c.has("no-sign-off") }

func (w *requestTeller) signOff(done time.Time) {
	if !w.c.signedOff() {
		return
	}
	lead := w.who["hannah"]
	if w.c.doer == lead {
		lead = w.who["aarav"]
	}
	at := later(done.Add(150*time.Minute), w.is.Updated.Add(time.Minute))
	w.is.Say(w.ids, at, lead.Jira, w.validation(w.c.ticketWork.title, "Dashboard watched for two hours", lead, done, at))
}

// approve asks for the approvals that the risk calls for and answers them.
func (w *requestTeller) approve(at time.Time) {
	c, is := w.c, w.is
	ask := earlier(at.Add(-40*time.Minute), later(w.c.ticket.created.Add(6*time.Minute), at.Add(-20*time.Hour)))
	peer := w.who["hannah"]
	if c.doer == peer || c.asker == peer {
		peer = w.who["dmytro"]
		if c.doer == peer || c.asker == peer {
			peer = w.who["katri"]
		}
	}
	who := []*Person{peer}
	name := "Peer approval"
	switch {
	case c.has("requester-approved"):
		who = []*Person{c.asker}
	case c.has("implementer-approved"):
		who = []*Person{c.doer}
	case c.has("deleted-approver"):
		who = []*Person{w.who["olek"]}
	case c.has("emergency-ticket"):
		name, who = "Emergency approval", []*Person{w.who["marta"], w.who["katri"]}
	case c.risk == "High" || c.plan != nil && c.of != nil:
		name, who = "Change advisory board", []*Person{w.who["ingrid"], w.who["nadia"], w.who["tobias"], w.who["marta"]}
		if c.systems == "PostgreSQL cluster" {
			who = append(who, w.who["dmytro"])
		}
	}
	c.approved = who
	var users []*tracker.User
	for _, p := range who {
		users = append(users, p.Jira)
	}
	a := is.Ask(w.ids, ask, name, users...)
	for i, u := range users {
		a.Answer(is, at.Add(time.Duration(3*i)*time.Minute), u, "approved", i == len(users)-1)
	}
	last := at.Add(time.Duration(3*(len(users)-1)) * time.Minute)
	if is.Status.Name == "Waiting for approval" {
		is.Transition(w.ids, last.Add(10*time.Second), users[len(users)-1], w.st["approved"], "")
	}
	if name == "Change advisory board" {
		is.Say(w.ids, last.Add(time.Minute), w.who["ingrid"].Jira, tracker.Text("Board of "+at.In(w.Zone).Format("2 January")+": approved by @["+users[1].AccountID+"], @["+users[2].AccountID+"] and @["+users[3].AccountID+"]. Asked about the rollback; rehearsed on staging."))
	}
}

// evidence attaches what the implementer kept of the work.
func (w *requestTeller) evidence(by *tracker.User, at time.Time, n int) {
	c := w.c
	if !c.has("no-testing-notes") && !c.has("tested-locally") {
		name, where := "staging-test.txt", "on staging"
		if c.has("emergency-ticket") {
			name, where = "test-after-the-change.txt", "right after the change"
		}
		text := fmt.Sprintf("%s\nTest of %s %s\n\n%s\n\nResult: as expected.\nBy: %s\n", Notice, c.ticketWork.title, where, c.test, c.doer.Name)
		tested := later(earlier(at, w.cal.back(c.start, 200)), c.ticket.created.Add(8*time.Minute))
		if c.has("emergency-ticket") {
			tested = at
		}
		w.is.Attach(w.ids, tested, by, name, "text/plain", []byte(text))
	}
	if n%4 == 0 {
		w.is.Attach(w.ids, at, by, "dashboard-after.png", "image/png", dashboard(uint64(n)+w.Seed))
	}
}

// dashboard draws a small picture of a calm dashboard.
func dashboard(seed uint64) []byte {
	r := dice(seed, "dashboard")
	const width, height = 640, 220
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{250, 250, 252, 255}, color.RGBA{40, 110, 200, 255}, color.RGBA{210, 214, 222, 255}, color.RGBA{200, 60, 60, 255}})
	for y := 20; y < height; y += 40 {
		for x := range width {
			img.SetColorIndex(x, y, 2)
		}
	}
	for x := range width {
		img.SetColorIndex(x, 48, 3) // the threshold
	}
	y := 150
	for x := range width {
		y = min(190, max(110, y+r.IntN(7)-3))
		for k := range 3 {
			img.SetColorIndex(x, y+k, 1)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil { // a paletted picture in memory cannot fail
		panic(err)
	}
	return b.Bytes()
}

// write puts the change into the truth.
func (w *requestTeller) write(done time.Time) {
	c, t := w.c, w.c.ticket
	if c.plan != nil { // it is already there, as the pull request that carried it out
		if c.signedOff() {
			c.plan.change.note("validated-by-lead", words()["validated-by-lead"])
		}
		return
	}
	ch := &Change{ID: t.key, Kind: c.kind(), Title: c.ticketWork.title, Tickets: []string{t.key}, Authors: []string{c.asker.Name}, MergedBy: c.doer.Name, Deployed: done, Emergency: c.has("emergency-ticket")}
	for _, h := range w.houses {
		if h.system == c.systems {
			ch.Service = h.service
		}
	}
	if ch.Service == "" { // clusters, databases and firewalls are all the platform's
		ch.Service = w.houses[4].service
	}
	ids := []string{"ticket-only"}
	switch {
	case len(w.is.Approvals) > 0 && w.is.Approvals[0].Name == "Change advisory board":
		ids = append(ids, "cab")
	case len(c.twists) == 0:
		ids = append(ids, "peer-approved")
	}
	for _, id := range append(ids, c.twists...) {
		ch.note(id, words()[id])
	}
	if c.incident != nil {
		ch.Incident = c.incident.key
	}
	if c.signedOff() {
		ch.note("validated-by-lead", words()["validated-by-lead"])
	}
	c.change = ch
	w.Truth.Changes = append(w.Truth.Changes, ch)
}
