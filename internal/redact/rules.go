package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// rule finds one form of credential. Patterns are RE2, so that no input can
// make them slow.
type rule struct {
	name    string
	hints   []string // one of these must occur for the pattern to be tried
	needs   string   // and this, where set
	pattern *regexp.Regexp
	group   int               // of the pattern, that is the secret
	accept  func(string) bool // nil: always
}

// builtin gives the forms that issuers have published for their credentials.
func builtin() []rule {
	issued := func(name, pattern string, hints ...string) rule {
		return rule{name: name, hints: hints, pattern: regexp.MustCompile(pattern)}
	}
	return []rule{
		issued("github_token", `\b(?:gh[pousr]_[A-Za-z0-9_]{20,255}|github_pat_[A-Za-z0-9_]{20,255})`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
		issued("gitlab_token", `\bgl(?:pat|cbt|dt|ptt|rt|soat|agent|oas|ft|imt|ffct)-[A-Za-z0-9_.-]{18,}`, "glpat-", "glcbt-", "gldt-", "glptt-", "glrt-", "glsoat-", "glagent-", "gloas-", "glft-", "glimt-", "glffct-"),
		issued("slack_token", `\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}`, "xox", "xapp-"),
		issued("slack_webhook", `https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,}`, "hooks.slack"),
		issued("aws_access_key", `\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`, "AKIA", "ASIA", "ABIA", "ACCA"),
		{name: "aws_secret_key", hints: []string{"aws", "AWS", "Aws", "ecret"}, group: 1, accept: mixed,
			pattern: regexp.MustCompile(`(?i)(?:aws|secret_?access_?key)[A-Za-z0-9_ .-]{0,30}["']?\s{0,3}[:=]>?\s{0,3}["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`)},
		issued("google_api_key", `\bAIza[0-9A-Za-z_-]{35}`, "AIza"),
		issued("google_oauth", `\b(?:GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,})`, "GOCSPX-", "ya29."),
		issued("stripe_key", `\b(?:(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,})`, "_live_", "_test_", "_prod_", "whsec_"),
		issued("npm_token", `\bnpm_[A-Za-z0-9]{30,}`, "npm_"),
		issued("pypi_token", `\bpypi-[A-Za-z0-9_-]{50,}`, "pypi-"),
		issued("rubygems_token", `\brubygems_[a-f0-9]{40,}`, "rubygems_"),
		issued("atlassian_token", `\b(?:AT(?:ATT|CTT)3[A-Za-z0-9_=-]{20,}|ATBB[A-Za-z0-9]{20,})`, "ATATT3", "ATCTT3", "ATBB"),
		issued("sendgrid_key", `\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}`, "SG."),
		issued("docker_token", `\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`, "dckr_"),
		issued("digitalocean_token", `\bdo[oprt]_v1_[a-f0-9]{64}`, "_v1_"),
		issued("vault_token", `\bhv[sbr]\.[A-Za-z0-9_-]{20,}`, "hvs.", "hvb.", "hvr."),
		issued("terraform_token", `\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}`, ".atlasv1."),
		issued("databricks_token", `\bdapi[a-f0-9]{32}(?:-\d)?\b`, "dapi"),
		issued("grafana_token", `\b(?:glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,})`, "glsa_", "glc_"),
		issued("new_relic_key", `\bNRAK-[A-Z0-9]{27}`, "NRAK-"),
		issued("linear_key", `\blin_(?:api|oauth)_[A-Za-z0-9]{32,}`, "lin_"),
		issued("anthropic_key", `\bsk-ant-[A-Za-z0-9_-]{20,}`, "sk-ant-"),
		issued("openai_key", `\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}`, "T3BlbkFJ"),
		issued("age_key", `\bAGE-SECRET-KEY-1[A-Z0-9]{50,}`, "AGE-SECRET-KEY-1"),
		issued("salesforce_session", `\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{40,}`, "00D"),
		{name: "azure_storage_key", hints: []string{"AccountKey", "SharedAccessKey"}, group: 1,
			pattern: regexp.MustCompile(`\b(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,}={0,2})`)},
		issued("jwt", `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?`, "eyJ"),
		{name: "bearer_header", hints: []string{"earer", "EARER"}, group: 1, accept: mixed,
			pattern: regexp.MustCompile(`(?i)\bbearer[ \t]+([A-Za-z0-9._~+/-]{12,}=*)`)},
		{name: "basic_header", hints: []string{"asic", "ASIC"}, group: 1, accept: userAndPassword,
			pattern: regexp.MustCompile(`(?i)\bbasic[ \t]+([A-Za-z0-9+/_-]{6,}={0,2})`)},
		{name: "authorization_token", hints: []string{"oken"}, group: 1, accept: mixed,
			pattern: regexp.MustCompile(`(?i)\bauthorization["']?[ \t]*[:=][ \t]*["']?token[ \t]+([A-Za-z0-9._-]{12,})`)},
		{name: "url_password", needs: "@", hints: []string{"://"}, group: 1, accept: notPlaceholder,
			pattern: regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>?#\[\]]{0,100}:([^\s/@"'<>]{1,200})@[A-Za-z0-9\[]`)},
		{name: "url_token", needs: "@", hints: []string{"://"}, group: 1, accept: mixed,
			pattern: regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]{1,20}://([A-Za-z0-9_.~%-]{20,200})@[A-Za-z0-9\[]`)},
	}
}

func (r rule) find(s string) []span {
	hinted := false
	for _, h := range r.hints {
		hinted = hinted || strings.Contains(s, h)
	}
	if !hinted || !strings.Contains(s, r.needs) {
		return nil
	}
	var spans []span
	for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
		from, to := m[2*r.group], m[2*r.group+1]
		if r.accept == nil || r.accept(s[from:to]) {
			spans = append(spans, span{from, to, r.name})
		}
	}
	return spans
}

// mixed accepts what has letters and digits and is no stand-in: "Bearer
// authentication" is prose.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ContainsAny(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") && notPlaceholder(s)
}

// userAndPassword accepts the base64 of "user:password".
func userAndPassword(s string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "="))
	if err != nil || !strings.Contains(string(plain), ":") {
		return false
	}
	return !strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' || r == '\uFFFD' })
}

// notPlaceholder refuses what people and tools write in place of a secret.
func notPlaceholder(s string) bool {
	low := strings.ToLower(s)
	for _, stand := range []string{"redacted", "${", "$(", "{{", "}}", "***", "xxxx", "<", "....", "…", "placeholder", "changeme"} {
		if strings.Contains(low, stand) {
			return false
		}
	}
	return !strings.HasPrefix(s, "$") && !strings.HasPrefix(s, "%")
}
