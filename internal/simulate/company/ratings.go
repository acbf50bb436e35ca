package company

import (
	"slices"
	"strings"
)

// The risks, as the company's tickets and its policy call them.
const (
	low    = "Low"
	medium = "Medium"
	high   = "High"
)

// riskier is the higher of two risks; "" is none.
func riskier(a, b string) string {
	rank := map[string]int{low: 1, medium: 2, high: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// signIn lists works that decide who may come in or what they may do. The
// policy rates them High, whatever their authors thought.
func signIn() []string {
	return []string{
		"Sign in with a passkey", "Sign in with a passkey, part two", "Tolerate 60 seconds of clock difference in tokens", "Show the same error for unknown user and wrong password",
		"Keep public keys for an hour", "Limit what an API key may do", "Keep the return address when a session ends", "Ask again for the password before a payout account changes",
		"Accept sign-in with Okta", "Accept sign-in with Keycloak", "Accept sign-in with JumpCloud",
	}
}

// rated is how the policy rates the plan's work: as its people do, but for
// sign-in, which is High; a library that mends an advisory is a security patch.
func (p *plan) rated() string {
	for _, title := range signIn() {
		if p.work.title == title {
			return high
		}
	}
	switch {
	case p.bot() && p.dep.security != "":
		return high
	case p.bot():
		return medium
	case p.request != nil && p.request.of == nil && p.house.lang == "hcl":
		return p.request.rated()
	}
	return p.work.risk()
}

// derived is rated, and what the policy makes of where a file lies: a folder
// called session is sign-in's, a file of SQL the database's, whatever it does.
func (p *plan) derived() string {
	switch p.work.title {
	case "Stop the countdown when the tab sleeps", "Count reversals once in the daily report 📉":
		return high
	}
	if p.request != nil && p.request.of == nil && p.house.lang == "hcl" {
		return p.request.derived()
	}
	return p.rated()
}

// lowest is the lower of what its people say in the pull request and in the
// change request; "" where nobody says anything.
func (p *plan) lowest() string {
	if p.request != nil && p.declared() != "" && riskier(p.work.risk(), p.request.risk) == p.work.risk() {
		return p.request.risk
	}
	if p.declared() == "" {
		return ""
	}
	return p.work.risk()
}

// declared is how its people rate it, in the pull request or in the change
// request, whichever is higher; "" where nobody did.
func (p *plan) declared() string {
	switch {
	case p.bot(), p.direct:
		return ""
	case p.request != nil:
		return riskier(p.work.risk(), p.request.risk)
	}
	return p.work.risk()
}

// derived is how the policy rates it, by the ticket's category: security,
// access and the network are High, other infrastructure and configuration is
// Medium.
func (w ticketWork) derived() string {
	if slices.Contains([]string{"Security", "Access", "Network"}, w.category) {
		return high
	}
	return medium
}

// rated is derived, or what its people call it where that is more.
func (w ticketWork) rated() string { return riskier(w.derived(), w.risk) }

// ordinary reports whether it lets nobody in, keeps nobody out, encrypts
// nothing, and is neither alert nor log nor high risk to its people.
func (w ticketWork) ordinary() bool {
	switch strings.TrimSuffix(w.title, " in the second region") {
	case "Turn off TLS 1.2 ciphers without forward secrecy", "Limit exports of the reporting database to the office network", "Remove access of former suppliers from the bastion",
		"Add reading rights for internal audit on the deployment records", "Allow treasury to see the amount of the next run",
		"Set log retention of the gateway to 400 days", "Lower the alert threshold for failed payouts to 0.5 %", "Raise the alert delay of the mail queue to ten minutes":
		return false
	}
	return w.risk != high
}

// private is what a work has to do with people's data.
type private struct {
	labelled bool   // the ticket says that it touches personal data
	reviewed bool   // the one who answers for data protection has looked at it before
	claimed  string // what the text says of it without a name or a day
	unsure   string // why it is open whether people's data are touched
}

// privacy lists the works that have to do with people's data, or may have.
func privacy() map[string]private {
	audit := private{unsure: "It records who did what; whether that is personal data in the policy's sense, nobody has said."}
	logs := private{unsure: "It keeps sign-in events for longer; whether that is a matter of privacy, nobody has said."}
	return map[string]private{
		"Encrypt bank account numbers at rest":                                      {labelled: true, reviewed: true},
		"Let an owner see who signed in":                                            {labelled: true, reviewed: true},
		"Switch the address suggestions to the new supplier":                        {labelled: true, claimed: "The text says that the privacy office has the new agreement, without a name or a day."},
		"Remember the chosen payment method for a returning buyer":                  {labelled: true, claimed: "The text says that it was checked with privacy, without a name or a day."},
		"Ask for a tax number when a company pays":                                  {labelled: true},
		"Hold a payout when the account holder's name does not match":               {labelled: true},
		"Write changes of roles to the audit trail":                                 audit,
		"Write failed sign-ins to the audit trail":                                  audit,
		"Write exports of data to the audit trail":                                  audit,
		"Write changes of API keys to the audit trail":                              audit,
		"Move the nightly backup to the second region":                              {unsure: "The backup holds customers' data; whether moving it touches them, nobody has said."},
		"Set log retention of the gateway to 400 days":                              logs,
		"Set log retention of the gateway to 400 days in the second region":         logs,
		"Enable point-in-time restore for the disputes bucket":                      {unsure: "The bucket holds customers' documents; whether keeping old versions touches them, nobody has said."},
		"Enable point-in-time restore for the disputes bucket in the second region": {unsure: "The bucket holds customers' documents; whether keeping old versions touches them, nobody has said."},
	}
}
