package control

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// validated is S: somebody checked after the deployment, within the time that
// the policy allows, and signed for it.
func validated(x *exam) verdict {
	tier, l := x.tier()
	if l != nil {
		return unable(l)
	}
	if slices.Contains(x.p.Validation.NotFor, tier) {
		return notApplicable("TIER_NOT_ASKED", "The policy asks for no validation at tier %s.", tier).with("tier", tier).on(x.subjectRef())
	}
	switch {
	case x.tdep.lack != nil:
		return unable(x.tdep.lack)
	case x.tdep.none:
		return x.undeployed()
	}
	all := x.signatures()
	signs := all
	if x.p.Validation.SignOff[tier] != "" { // a claim stands in for no signature that the policy asks for
		signs = slices.DeleteFunc(slices.Clone(all), func(s signature) bool { return !s.signed })
	}
	var best verdict
	for _, s := range signs {
		if w := x.judgeSignature(s, tier, signs); best.code == "" || better(w, best) {
			best = w
		}
	}
	v := best
	if best.outcome != evidence.Met && best.outcome != evidence.NeedsReview {
		v = x.unsigned(best, tier, all)
	}
	return v.with("tier", tier).with("deployed", x.tdep.String()).with("time allowed", hours(x.p.Validation.Within)).on(x.subjectRef(), x.main.ref).on(x.tdep.basis...)
}

// changedAfter reports whether a text was brought to what it now says after a time,
// or so close to it that nobody can say.
func (s signature) changedAfter(limit moment) bool {
	return !s.edited.IsZero() && limit.order(s.edited) >= 0
}

var claimedHours = regexp.MustCompile(`(?i)\b([0-9]{1,4})\s*-?\s*(h|hrs?|hours?|days?)\b`)
var watching = regexp.MustCompile(`(?i)monitor|watch|observ|no (errors|issues|alerts|anomal)`)

// claims gives the longest stretch for which a text says that the change was
// watched.
func claims(text string) time.Duration {
	var longest time.Duration
	for line := range strings.Lines(text) {
		if !watching.MatchString(line) {
			continue
		}
		for _, m := range claimedHours.FindAllStringSubmatch(line, -1) {
			n, _ := strconv.Atoi(m[1])
			d := time.Duration(n) * time.Hour
			if strings.HasPrefix(strings.ToLower(m[2]), "d") {
				d *= 24
			}
			longest = max(longest, d)
		}
	}
	return longest
}

func (x *exam) judgeSignature(s signature, tier string, all []signature) verdict {
	elapsed := s.at.Sub(x.tdep.at)
	limit := x.tdep
	limit.at, limit.lo, limit.hi = limit.at.Add(x.p.Validation.Within), limit.lo.Add(x.p.Validation.Within), limit.hi.Add(x.p.Validation.Within)
	v := verdict{}
	switch early, late := x.tdep.order(s.at), limit.order(s.at); {
	case early < 0 && !s.edited.IsZero() && x.tdep.order(s.edited) >= 0:
		v = review("VALIDATION_EDITED", "The remark that says that the change was validated was written before the deployment and edited afterwards; what it said when is not known.").at("edited", s.edited)
	case early < 0:
		v = exception("VALIDATED_BEFORE_DEPLOYMENT", "The change was only called validated before it was deployed.")
	case early == 0 || late == 0:
		v = review("WITHIN_CLOCK_SKEW", "The change was called validated so close to the deployment or to the end of the time allowed that the clocks do not say whether it counts.")
	case late > 0:
		v = exception("VALIDATED_LATE", "The change was validated %s after its deployment, and the policy allows %s.", hours(elapsed), hours(x.p.Validation.Within))
	case s.changedAfter(limit):
		v = review("VALIDATION_EDITED", "The remark that says that the change was validated was edited after the time allowed; what it said before is not known.").at("edited", s.edited)
	case s.unclear:
		v = review("VALIDATION_UNCLEAR", "A remark or field speaks of validation, and does not plainly say that the change was validated: %s.", quote(s.text))
	case s.withdrawn:
		v = review("VALIDATION_WITHDRAWN", "The change was called validated, and that was taken back or contradicted before the time allowed was over: %s.", quote(s.text))
	case claims(s.text) > elapsed+x.p.Skew:
		v = review("CLAIMED_WINDOW_EXCEEDS_ELAPSED", "The validation says that the change was watched for %s, and only %s had passed since the deployment.", hours(claims(s.text)), hours(elapsed))
	case s.by.machine:
		v = review("VALIDATED_BY_MACHINE", "Only a bot or service account says that the change was validated.")
	case s.by.ghost:
		v = review("VALIDATOR_DELETED", "Who validated the change had an account that no longer exists.")
	default:
		v = x.signedFor(s, tier, all)
	}
	return v.with("validated by", s.by.shown).at("validated", s.at).with("after the deployment", hours(elapsed)).with("where", s.where).on(s.ref)
}

// signedFor asks what the policy asks of a validation in time: a record made
// for it, another than the implementer, a checklist, a lead's signature.
func (x *exam) signedFor(s signature, tier string, all []signature) verdict {
	switch {
	case !s.signed:
		return review("VALIDATION_CLAIMED", "%s wrote that the change was looked at in production, in a remark and not in a form, field or status made for that; a person must say whether it counts.", s.by.shown)
	case s.signed && !s.names():
		return review("VALIDATED_FOR_ANOTHER", "%s wrote the form, and it names somebody else as the one who validated.", s.by.shown)
	case !s.by.human(): // programs and deleted accounts were told apart before
		_, code, why := x.undecided(s.by, author{party: s.by})
		return review(code, "%s validated the change, and it is not known who that is: %s.", s.by.shown, why)
	}
	if x.p.Validation.OtherThanImplementer {
		authors, l := x.authors(s.at)
		j := x.judge(approval{by: s.by}, authors)
		switch {
		case j.kind == byAuthor:
			return review("VALIDATED_BY_IMPLEMENTER", "%s validated the change and also made it; the policy asks for somebody else.", s.by.shown)
		case l != nil:
			return unable(l)
		case j.kind != independent:
			return review(j.code, "%s validated the change, and it is not certain that they did not make it: %s.", s.by.shown, j.why)
		}
	}
	var lacking verdict
	if slices.Contains(x.p.Validation.ChecklistFor, tier) && !slices.ContainsFunc(all, func(o signature) bool { return x.inWindowOf(o) && o.stands() && checklist(o.text) }) {
		lacking = review("NO_CHECKLIST", "The change was validated in time, without the checklist that the policy asks for at tier %s.", tier)
	}
	if role := x.p.Validation.SignOff[tier]; role != "" {
		unknown := false
		for _, o := range all {
			has, known := x.role(o.by, o.at, role)
			if has && o.stands() && o.names() && x.inWindowOf(o) {
				if lacking.code != "" {
					return lacking
				}
				return met("VALIDATED", "%s validated the change in time, and a %s signed for it.", s.by.shown, role)
			}
			unknown = unknown || !known && x.inWindowOf(o)
		}
		if unknown {
			return review("ROLE_UNKNOWN", "The change was validated in time; whether a %s signed for it is not known, as the people file does not say who had that role.", role)
		}
		if !x.overdue() {
			return review("NOT_YET_DUE", "No %s has signed for a check of the change, and the time for it is not over.", role)
		}
		return exception("SIGN_OFF_MISSING", "The change was validated in time, and no %s signed for it.", role)
	}
	if lacking.code != "" {
		return lacking
	}
	return met("VALIDATED", "%s validated the change %s after its deployment.", s.by.shown, hours(s.at.Sub(x.tdep.at)))
}

func (x *exam) inWindowOf(s signature) bool {
	end := x.tdep.lo.Add(x.p.Validation.Within)
	return x.tdep.order(s.at) > 0 && s.at.Before(end) && s.edited.Before(end)
}

// checklist reports whether a text has several ticked lines.
func checklist(text string) bool {
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := checkbox.FindStringSubmatch(line); m != nil && m[1] != " " || strings.ContainsAny(line, "✓✔☑✅") {
			n++
		}
	}
	return n >= 2
}

// unsigned is the verdict where no signature counts.
func (x *exam) unsigned(best verdict, tier string, all []signature) verdict {
	if l := first(x.remarksLack(), x.ticketLack("field validation")); l != nil {
		return unable(l)
	}
	var watched []string
	within := true
	for _, it := range x.c.All(evidence.KindSignal) {
		if s := it.Signal; s != nil && measured(s.After) {
			watched = append(watched, s.Name)
			within = within && holds(s.After, s.Threshold)
		}
	}
	v, role := best, x.p.Validation.SignOff[tier]
	checks := slices.Concat(x.exhibits("monitoring"), x.exhibits("deployment"))
	switch {
	case best.outcome == evidence.Unable: // somebody signed, and may be an author
	case best.code == "VALIDATED_LATE": // that it was late is on record
	case len(checks) > 0:
		v = review("VALIDATED_BY_EXHIBIT", "No record that counts shows who checked the change, and %s.", attached(checks[0]))
	case best.code == "SIGN_OFF_MISSING":
	case best.code == "" && role != "" && x.overdue():
		v = exception("SIGN_OFF_MISSING", "Nobody is recorded to have signed for a check of the change after its deployment; at tier %s the policy asks a %s to.", tier, role)
		if i := slices.IndexFunc(all, x.inWindowOf); i >= 0 {
			v = exception("SIGN_OFF_MISSING", "%s wrote that the change was looked at in production, and no %s signed for it, as the policy asks at tier %s.", all[i].by.shown, role, tier).
				with("where", all[i].where).on(all[i].ref)
		}
	case len(watched) > 0 && within:
		v = review("MONITORED_ONLY", "Measurements around the deployment are within their bounds, and nobody signed for a check of the change.")
	case len(watched) > 0:
		v = review("MEASUREMENTS_OUT_OF_BOUNDS", "Measurements after the deployment were out of their bounds, and nobody signed for a check of the change.")
	case !x.overdue():
		v = review("NOT_YET_DUE", "Nobody has validated the change, and the time for it is not over.")
	case best.code == "" && x.unmeasured() != nil:
		return unable(x.unmeasured())
	case best.code == "":
		v = exception("NOT_VALIDATED", "Nobody is recorded to have checked the change after its deployment.")
	}
	return v.with("measured", strings.Join(watched, ", "))
}

// overdue reports whether the time for the validation is over as of the last
// retrieval.
func (x *exam) overdue() bool {
	return x.c.AsOf.IsZero() || !x.c.AsOf.Before(x.tdep.hi.Add(x.p.Validation.Within))
}

// measured reports whether there is any value.
func measured(w evidence.Window) bool {
	return slices.ContainsFunc(w.Series, func(s evidence.Series) bool { return len(s.Points) > 0 })
}

func holds(w evidence.Window, t evidence.Threshold) bool {
	for _, s := range w.Series {
		for _, p := range s.Points {
			if !t.Holds(p.Value) {
				return false
			}
		}
	}
	return true
}
