package company

import (
	"fmt"
	"strconv"
	"strings"
)

// work is one thing that somebody set out to do, before it is told who did it,
// when, and what went wrong on the way.
type work struct {
	kind  string // "feature", "fix", "security", "migration", "perf", "refactor", "ui", "docs", "config"
	title string
	path  string
	old   string // lines that it replaces, "" for none
	new   string // lines that it brings
	why   string
	test  string
}

// risk is how the company rates such a work.
func (w work) risk() string {
	switch w.kind {
	case "migration", "security":
		return "High"
	case "ui", "docs":
		return "Low"
	}
	return "Medium"
}

func (w work) rollback() string {
	switch w.kind {
	case "migration":
		return "Run the down migration in `" + w.path + "` (rehearsed on staging with a copy of last night's backup, 4 minutes). No data is dropped before the contract step two releases later."
	case "security":
		return "Redeploy the previous tag. The old behaviour is weaker, so the security on-call has to agree first."
	case "docs":
		return "Revert the commit; nothing is deployed from documentation."
	case "ui":
		return "Revert and redeploy; the CDN keeps the previous bundle for 30 days."
	}
	return "Redeploy the previous release from the deploy workflow (about 6 minutes). The change has no effect on stored data."
}

// families are works that differ in one particular each.
func families(service string) []work {
	var out []work
	add := func(kind, title, path, old, new, why, test string, with ...[2]string) {
		for _, w := range with {
			fill := strings.NewReplacer("{A}", w[0], "{b}", w[1], "{a}", strings.ToLower(w[0]))
			out = append(out, work{kind, fill.Replace(title), fill.Replace(path), fill.Replace(old), fill.Replace(new), fill.Replace(why), fill.Replace(test)})
		}
	}
	switch service {
	case "ledger-api":
		add("feature", "Round {A} VAT the way its tax office asks", "internal/tax/rounding_{b}.go", "",
			"// Round{A} rounds half up on the invoice total, not on each line.\nfunc Round{A}(lines []Line) Amount {\n\treturn sum(lines).RoundHalfUp(2)\n}",
			"Invoices to merchants in {A} are rounded line by line. The tax office rounds the total, so a reconciliation is off by up to 4 cents an invoice and finance corrects it by hand.",
			"Table test with the tax office's own 12 examples; invoices of one merchant recomputed on staging.",
			[2]string{"Austria", "at"}, [2]string{"Portugal", "pt"}, [2]string{"Finland", "fi"}, [2]string{"Poland", "pl"}, [2]string{"Ireland", "ie"})
		add("feature", "Post {A} chargebacks to their own account", "internal/posting/chargeback_{b}.go", "\treturn accounts.Chargebacks",
			"\tif scheme == \"{b}\" {\n\t\treturn accounts.Chargebacks{A}\n\t}\n\treturn accounts.Chargebacks",
			"{A} settles chargebacks on another day than the other schemes. Finance wants them on an account of their own so that the daily balance can be read.",
			"Postings of the last three months replayed on staging; both accounts add up to the old one.",
			[2]string{"Visa", "visa"}, [2]string{"Mastercard", "mc"}, [2]string{"Amex", "amex"})
		add("feature", "Compare {A}'s settlement totals before posting", "internal/settlement/totals_{b}.go", "",
			"// Check compares the file's trailer with the sum of its lines.\nfunc (f {A}File) Check() error {\n\treturn f.trailer.Compare(sum(f.lines))\n}",
			"{A} puts totals at the end of its files, and we do not read them. A file that was cut in transfer would be posted in part.",
			"Files of a quarter: all totals agree. A file cut in half is refused.",
			[2]string{"Kelp", "kelp"}, [2]string{"Osprey", "osprey"}, [2]string{"Tern", "tern"}, [2]string{"Gannet", "gannet"})
		add("fix", "Keep the {A} report's columns in the order of its template", "internal/report/{b}.go", "\tfor name, value := range columns {", "\tfor _, name := range template.Columns {\n\t\tvalue := columns[name]",
			"The columns of the {A} report change places from run to run, and finance's macros break.", "Report written a hundred times: equal each time.",
			[2]string{"liquidity", "liquidity"}, [2]string{"dispute", "dispute"}, [2]string{"fee", "fee"}, [2]string{"reserve", "reserve"})
	case "checkout-web":
		add("fix", "Accept {A} postcodes as people write them", "src/address/postcode_{b}.ts", "  return pattern.test(text);", "  return pattern.test(text.trim().toUpperCase().replace(/[\\s-]+/g, ' '));",
			"Buyers from {A} write their postcode with a space or a dash, and the form refuses it.", "2,000 real postcodes of open data; end-to-end test.",
			[2]string{"the Netherlands", "nl"}, [2]string{"Sweden", "se"}, [2]string{"Portugal", "pt"}, [2]string{"Japan", "jp"}, [2]string{"Poland", "pl"})
		add("ui", "Draw the {A} mark as its owner asks", "src/marks/{b}.tsx", "  <img src={src} height=\"20\" />", "  <Mark name=\"{b}\" ratio={1.6} label=\"{A}\" />",
			"The owner's guide asks for a fixed ratio and clear space. We had a letter.", "Screens at three densities, sent to the owner for approval.",
			[2]string{"Visa", "visa"}, [2]string{"Mastercard", "mastercard"}, [2]string{"Klarna", "klarna"})
		add("ui", "Translate the receipt page to {A}", "src/i18n/{b}/receipt.json", "",
			"{\n  \"title\": \"{A} receipt\",\n  \"paid\": \"…\",\n  \"download\": \"…\"\n}",
			"Merchants in that market ask for a receipt in {A}. Text by the translation agency, proof-read by a native speaker.",
			"Screens compared at 360, 768 and 1280 px; no text is cut.",
			[2]string{"Dutch", "nl"}, [2]string{"Polish", "pl"}, [2]string{"Turkish", "tr"}, [2]string{"Ukrainian", "uk"}, [2]string{"Greek", "el"})
		add("feature", "Offer {A} in the payment method picker", "src/methods/{b}.ts", "",
			"export const {b}: PaymentMethod = {\n  id: '{b}',\n  label: '{A}',\n  enabled: (ctx) => ctx.features.has('method_{b}'),\n};",
			"{A} is live at the acquirer. It is behind a feature flag per merchant, and off by default.",
			"End-to-end tests against the acquirer's sandbox: success, cancel, timeout. Manual test on iOS Safari and Android Chrome.",
			[2]string{"iDEAL", "ideal"}, [2]string{"Bancontact", "bancontact"}, [2]string{"BLIK", "blik"}, [2]string{"Swish", "swish"}, [2]string{"MB WAY", "mbway"})
	case "payout-worker":
		add("feature", "Write {A} payout files in its new format", "payouts/banks/{b}.py", "FORMAT = \"pain.001.001.03\"", "FORMAT = \"pain.001.001.09\"",
			"{A} accepts the old pain.001 until the end of the quarter. The new version wants structured addresses.",
			"Files of one week checked with the bank's validator; one real cent sent and received.",
			[2]string{"Nordbank", "nordbank"}, [2]string{"Sparkasse", "sparkasse"}, [2]string{"CaixaBank", "caixabank"}, [2]string{"Erste", "erste"}, [2]string{"Swedbank", "swedbank"})
		add("fix", "Stop retrying {A} rejects that can never succeed", "payouts/retry/{b}.py", "    return attempt < MAX_ATTEMPTS",
			"    if reject.code in PERMANENT_{b}:\n        return False\n    return attempt < MAX_ATTEMPTS",
			"{A} rejects for a closed account are retried nine times over two days. The merchant learns of it too late.",
			"All reject codes of the scheme's rulebook in a table test.",
			[2]string{"SEPA", "sepa"}, [2]string{"SWIFT", "swift"}, [2]string{"Bacs", "bacs"})
		add("feature", "Read {A}'s account statements as camt.053", "payouts/statements/{b}.py", "", "class {b}Statement(Camt053):\n    bank = \"{A}\"\n    encoding = \"utf-8\"\n\n    def entries(self):\n        return super().entries()",
			"{A} turns off MT940 at the end of June.", "Statements of a month read in both forms: equal entries.",
			[2]string{"Nordbank", "nordbank"}, [2]string{"Erste", "erste"}, [2]string{"Swedbank", "swedbank"}, [2]string{"ING", "ing"})
		add("feature", "Warn when the {A} run starts late", "payouts/watch/{b}.py", "", "watch(\n    run=\"{b}\",\n    latest=schedule[\"{b}\"] + timedelta(minutes=5),\n)",
			"In January a run started 40 minutes late and nobody saw it.", "Clock moved on staging: the warning comes after five minutes.",
			[2]string{"morning", "morning"}, [2]string{"afternoon", "afternoon"}, [2]string{"night", "night"})
	case "identity-gateway":
		add("feature", "Write {A} to the audit trail", "src/main/kotlin/gateway/audit/{b}Events.kt", "", "fun Audit.{b}(who: UserId, what: String) =\n    write(Event(kind = \"{b}\", who = who, what = what))",
			"Internal audit cannot see {A} of merchants' staff.", "Each event is written once, also when the request is repeated (test).",
			[2]string{"changes of roles", "roles"}, [2]string{"failed sign-ins", "failures"}, [2]string{"exports of data", "exports"}, [2]string{"changes of API keys", "keys"})
		add("ui", "Translate the sign-in page to {A}", "src/main/resources/text/{b}.properties", "", "signin.title=…\nsignin.name=…\nsignin.password=…\nsignin.forgotten=…",
			"Merchants' staff in that market ask for {A}.", "Read by a native speaker; no text is cut at 320 px.",
			[2]string{"Turkish", "tr"}, [2]string{"Ukrainian", "uk"}, [2]string{"Japanese", "ja"})
		add("security", "Limit the rate of {A} requests", "src/main/kotlin/gateway/limits/{b}.kt", "", "val {b}Limit = RateLimit(key = Key.ACCOUNT, permits = 10, per = 1.minutes)",
			"The endpoint can be tried without bound. Credential-stuffing traffic in the last quarter reached 40 requests a second from one network.",
			"Load test on staging: the eleventh request in a minute is answered with 429 and Retry-After; other accounts are not affected.",
			[2]string{"sign-in", "signIn"}, [2]string{"password-reset", "passwordReset"}, [2]string{"token-refresh", "tokenRefresh"}, [2]string{"device-registration", "deviceRegistration"})
		add("feature", "Accept sign-in with {A}", "src/main/kotlin/gateway/providers/{b}.kt", "", "object {b}Provider : OidcProvider(\n    issuer = config.issuer(\"{a}\"),\n    scopes = setOf(\"openid\", \"email\"),\n)",
			"Larger merchants want their staff to sign in with {A} and to end access there.",
			"Sign-in, sign-out and revoked session tested by hand on staging with a test tenant; unit tests of the claims mapping.",
			[2]string{"Okta", "Okta"}, [2]string{"Keycloak", "Keycloak"}, [2]string{"JumpCloud", "JumpCloud"})
	}
	return out
}

// dependency is a library that a bot raises from one version to the next.
type dependency struct {
	name, from, to, path, old, new string
	security                       string // advisory, "" where there is none
}

func (d dependency) title(conventional bool) string {
	if conventional {
		return fmt.Sprintf("chore(deps): update %s to v%s", d.name, d.to)
	}
	return fmt.Sprintf("Bump %s from %s to %s", d.name, d.from, d.to)
}

func dependencies(repo string) []dependency {
	var rows [][4]string
	switch repo {
	case "ledger-api":
		rows = [][4]string{
			{"github.com/jackc/pgx/v5", "5.7.4", "5.7.5", ""}, {"golang.org/x/crypto", "0.43.0", "0.45.0", "CVE-2025-58181"}, {"github.com/nats-io/nats.go", "1.46.0", "1.47.0", ""},
			{"go.opentelemetry.io/otel", "1.38.0", "1.39.0", ""}, {"github.com/shopspring/decimal", "1.3.1", "1.4.0", ""}, {"google.golang.org/grpc", "1.76.0", "1.77.0", ""},
			{"github.com/redis/go-redis/v9", "9.14.0", "9.16.0", ""}, {"golang.org/x/net", "0.45.0", "0.47.0", "CVE-2025-47911"},
		}
	case "checkout-web":
		rows = [][4]string{
			{"vite", "7.1.9", "7.1.11", "CVE-2025-62522"}, {"react", "19.1.1", "19.2.0", ""}, {"@tanstack/react-query", "5.90.2", "5.90.5", ""}, {"typescript", "5.9.2", "5.9.3", ""},
			{"playwright", "1.55.1", "1.56.1", ""}, {"zod", "4.1.11", "4.1.12", ""}, {"eslint", "9.36.0", "9.38.0", ""}, {"happy-dom", "20.0.0", "20.0.2", "CVE-2025-62410"}, {"i18next", "25.5.3", "25.6.0", ""}, {"postcss", "8.5.5", "8.5.6", ""},
		}
	case "payout-worker":
		rows = [][4]string{
			{"sqlalchemy", "2.0.43", "2.0.44", ""}, {"pydantic", "2.11.9", "2.12.3", ""}, {"cryptography", "46.0.1", "46.0.3", ""}, {"celery", "5.5.2", "5.5.3", ""}, {"lxml", "6.0.1", "6.0.2", ""}, {"urllib3", "2.4.0", "2.5.0", "CVE-2025-50181"}, {"pytest", "8.4.1", "8.4.2", ""},
		}
	case "identity-gateway":
		rows = [][4]string{
			{"io.ktor:ktor-server-core", "3.3.0", "3.3.1", ""}, {"io.netty:netty-codec-http2", "4.2.4", "4.2.6", "CVE-2025-55163"}, {"com.nimbusds:nimbus-jose-jwt", "10.4", "10.5", ""}, {"org.postgresql:postgresql", "42.7.7", "42.7.8", ""}, {"ch.qos.logback:logback-classic", "1.5.18", "1.5.19", "CVE-2025-11226"},
		}
	}
	for _, r := range rows[:len(rows)*4/5] { // the next version comes later in the year
		rows = append(rows, [4]string{r[0], r[2], next(r[2]), ""})
	}
	var out []dependency
	for _, r := range rows {
		d := dependency{name: r[0], from: r[1], to: r[2], security: r[3]}
		switch repo {
		case "ledger-api":
			d.path, d.old, d.new = "go.mod", "\t"+r[0]+" v"+r[1], "\t"+r[0]+" v"+r[2]
		case "checkout-web":
			d.path, d.old, d.new = "package.json", fmt.Sprintf("    %q: \"^%s\",", r[0], r[1]), fmt.Sprintf("    %q: \"^%s\",", r[0], r[2])
		case "payout-worker":
			d.path, d.old, d.new = "pyproject.toml", fmt.Sprintf("    \"%s==%s\",", r[0], r[1]), fmt.Sprintf("    \"%s==%s\",", r[0], r[2])
		case "identity-gateway":
			d.path, d.old, d.new = "build.gradle.kts", fmt.Sprintf("    implementation(\"%s:%s\")", r[0], r[1]), fmt.Sprintf("    implementation(\"%s:%s\")", r[0], r[2])
		}
		out = append(out, d)
	}
	return out
}

// next is the patch release after a version.
func next(version string) string {
	i := strings.LastIndex(version, ".")
	n, err := strconv.Atoi(version[i+1:])
	if err != nil {
		return version + ".1"
	}
	return fmt.Sprintf("%s.%d", version[:i], n+1)
}
