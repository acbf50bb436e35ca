package redact

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The secrets of these tests are put together at run time, so that no scanner
// takes this file for a leak.
const (
	alnum36 = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
	hex40   = "129c6a5dadd1463932fd9db452b52148c44c6c91"
)

func TestTextTakesOutSecrets(t *testing.T) {
	for name, c := range map[string]struct{ before, secret, after, rule string }{
		"github classic":      {"push with ", "ghp_" + alnum36, " failed", "github_token"},
		"github app":          {"x=", "ghs_" + alnum36, "", "github_token"},
		"github fine-grained": {"", "github_pat_11AAAAAAA0" + alnum36, ".", "github_token"},
		"gitlab":              {"use ", "glpat-" + "aB3dE6gH9jK2mN5pQ8sT", " here", "gitlab_token"},
		"slack":               {"", "xoxb-" + "2345678901-abcdefGHIJKL", "", "slack_token"},
		"slack webhook":       {"POST ", "https://hooks.slack.com/services/" + "T00000000/B00000000/a1B2c3D4e5F6g7H8", " 200", "slack_webhook"},
		"aws id":              {"id ", "AKIA" + "QWERTYUIOPASDFGH", "", "aws_access_key"},
		"aws secret":          {"aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY", "\n", "aws_secret_key"},
		"google":              {"?key=", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "", "google_api_key"},
		"stripe":              {"", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "", "stripe_key"},
		"npm":                 {"//registry.npmjs.org/:_authToken=", "npm_" + alnum36, "", "npm_token"},
		"atlassian":           {"curl -u me@acme.test:", "ATATT3" + "xFfGF0a1B2c3D4e5F6g7H8-i9J0=1A2B3C4D", " https://", "atlassian_token"},
		"jwt":                 {"cookie ", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl", ";", "jwt"},
		"bearer":              {"Authorization: Bearer ", "a1b2c3d4e5f6g7h8", "", "bearer_header"},
		"basic":               {"Authorization: Basic ", "dXNlcjpodW50ZXIyMg==", "", "basic_header"},
		"url password":        {"postgres://app:", "S3cr3t!pw", "@db.internal:5432/pay", "url_password"},
		"url token":           {"https://", hex40, "@example.test/acme.git", "url_token"},
		"azure":               {"AccountName=a;AccountKey=", alnum36 + "abcdEFGH==", ";End", "azure_storage_key"},
		"assigned":            {"DB_PASSWORD=", "hunter2hunter2", "\n", "secret_value"},
		"yaml":                {"  api_key: '", "9f8e7d6c5b4a", "'\n", "secret_value"},
		"header":              {`-H "X-Auth-Token: `, hex40, `"`, "secret_value"},
		"flag":                {"deploy --token ", "9f8e7d6c5b4a3210", " --env prod", "secret_value"},
		"query parameter":     {"GET /hook?token=", "9f8e7d6c5b4a3210", "&ref=main", "secret_value"},
	} {
		t.Run(name, func(t *testing.T) {
			got, hits := New(nil).Text(c.before + c.secret + c.after)
			if want := c.before + "[REDACTED:" + c.rule + "]" + c.after; got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if diff := cmp.Diff([]Hit{{Rule: c.rule, Count: 1}}, hits); diff != "" {
				t.Error(diff)
			}
			if again, h := New(nil).Text(got); again != got || h != nil {
				t.Errorf("a second time: %q %v", again, h)
			}
		})
	}
}

func TestTextLeavesWhatIsNoSecret(t *testing.T) {
	for name, s := range map[string]string{
		"commit hash":        "merged as " + hex40,
		"sha256":             "sha256:" + strings.Repeat("ab12", 16),
		"uuid":               "request 123e4567-e89b-12d3-a456-426614174000",
		"time":               "token expires: 2025-10-15T02:00:00Z",
		"people":             "approved by Müller, Jörg (jmueller2) <jm2@acme.test>",
		"prose":              "the token is rotated; bearer authentication; basic authentication; password: required",
		"reference":          "password: ${{ secrets.DEPLOY_PASSWORD_1 }}",
		"shell":              "token=$GITHUB_TOKEN_1 api_key=%API_KEY_2%",
		"stars":              "password=********1a",
		"code":               "token = tokens.fetchToken2(user)",
		"path":               "secret: config/app/secrets/v2key",
		"ssh address":        "git clone ssh://git@github.com:22/acme/api.git",
		"url with port":      "see https://example.test:8443/a@b and http://[::1]:80/x",
		"page token":         "tokens used: 1234",
		"public key":         "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0\n-----END PUBLIC KEY-----",
		"branch":             "feature/token-refresh-v2",
		"already taken out":  "token=[REDACTED:secret_value] password: REDACTED1234",
		"image digest":       "acme/api@sha256:" + strings.Repeat("0f", 32),
		"ticket and numbers": "CHG-789 PR #1234 run 18273645546372819",
	} {
		t.Run(name, func(t *testing.T) {
			if got, hits := New(nil).Text(s); got != s || hits != nil {
				t.Errorf("%q became %q (%v)", s, got, hits)
			}
		})
	}
}

func TestPrivateKeys(t *testing.T) {
	begin, end := "-----BEGIN RSA PRIVATE "+"KEY-----", "-----END RSA PRIVATE "+"KEY-----"
	body := []string{"MIIEpAIBAAKCAQEA1234", "abcd+/EFGH==", "zzzz9999"}
	at := "2025-10-15T02:00:00.1234567Z "
	for name, s := range map[string]string{
		"whole":         "a\n" + begin + "\n" + strings.Join(body, "\n") + "\n" + end + "\nafter it",
		"windows":       "a\r\n" + begin + "\r\n" + strings.Join(body, "\r\n") + "\r\n" + end + "\r\nafter it",
		"in a log":      at + "a\n" + at + begin + "\n" + at + strings.Join(body, "\n"+at) + "\n" + at + end + "\n" + at + "after it",
		"cut off":       "a\n" + begin + "\n" + strings.Join(body, "\n") + "\nafter it",
		"written out":   `key="` + begin + `\n` + strings.Join(body, `\n`) + `\n` + end + `" after it`,
		"with headers":  begin + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,12AB\n\n" + strings.Join(body, "\n") + "\n" + end + "\nafter it",
		"in a diff":     "+" + begin + "\n+" + strings.Join(body, "\n+") + "\n+" + end + "\n after it",
		"two, one cut":  begin + "\n" + body[0] + "\nafter it\n" + begin + "\n" + body[1] + "\n" + end,
		"last of input": "after it\n" + begin + "\n" + body[0],
	} {
		t.Run(name, func(t *testing.T) {
			got, hits := New(nil).Text(s)
			for _, b := range body {
				if strings.Contains(got, b) {
					t.Errorf("%q is left in %q", b, got)
				}
			}
			if !strings.Contains(got, "after it") || len(hits) != 1 {
				t.Errorf("got %q, %v", got, hits)
			}
			lines := strings.Split(s, "\n")
			if clean, _ := New(nil).Lines(lines); len(clean) != len(lines) {
				t.Errorf("%d lines became %d", len(lines), len(clean))
			}
		})
	}
}

func TestKnownCredentials(t *testing.T) {
	const secret = `p"w/ö+1`
	r := New([]string{secret, "short", ""})
	for name, s := range map[string]string{
		"plain": secret, "in a url": "p%22w%2F%C3%B6%2B1", "in json": `p\"w/ö+1`, "in base64": "cCJ3L8O2KzE=",
	} {
		if got, _ := r.Text("<" + s + ">"); got != "<[REDACTED:known_credential]>" {
			t.Errorf("%s: %q", name, got)
		}
		if !r.Contains([]byte("x" + s)) {
			t.Errorf("%s: not seen", name)
		}
	}
	if got, _ := r.Text("a short word"); got != "a short word" {
		t.Errorf("a literal under %d bytes was taken out: %q", MinLiteral, got)
	}
	got, hits := New([]string{"12345678"}).Bytes([]byte(`{"a": 12345678, "b": [123456789]}`))
	if want := `{"a": "[REDACTED:known_credential]", "b": ["[REDACTED:known_credential]"]}`; string(got) != want || hits[0].Count != 2 {
		t.Errorf("numbers: %s %v", got, hits)
	}
}

func TestBytesKeepsJSON(t *testing.T) {
	in := `{
  "node_id": "MDExOlB1bGxSZXF1ZXN0MQ==", "sha": "` + hex40 + `",
  "next_page_token": "abc123def456ghi789", "n": 12345678901234567890, "password":"hunter2hunter2",
  "note": "line one\n\"token\": \"9f8e7d6c5b4a3210\" <b>&amp;é\u00e9", "deep": [{"client_secret" : "9f8e7d6c5b4a3210"}, null, 1e5]
}`
	want := strings.Replace(in, `"hunter2hunter2"`, `"[REDACTED:secret_value]"`, 1)
	want = strings.Replace(want, `: "9f8e7d6c5b4a3210"}`, `: "[REDACTED:secret_value]"}`, 1)
	want = strings.Replace(want, `\"9f8e7d6c5b4a3210\" <b>&amp;é\u00e9`, `\"[REDACTED:secret_value]\" <b>&amp;éé`, 1)
	got, hits := New(nil).Bytes([]byte(in))
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if !json.Valid(got) {
		t.Error("not JSON any more")
	}
	if diff := cmp.Diff([]Hit{{Rule: "secret_value", Count: 3}}, hits); diff != "" {
		t.Error(diff)
	}
	if same, hits := New(nil).Bytes([]byte(`{"a": "b"}`)); string(same) != `{"a": "b"}` || hits != nil {
		t.Errorf("a clean payload became %s", same)
	}
}

// No input makes the rules slow: each text is 2 MB of the beginnings of secrets.
func TestHostileTextIsQuick(t *testing.T) {
	r := New([]string{"KNOWN-secret-1"})
	for name, piece := range map[string]string{
		"keys on one line": "-----BEGIN PRIVATE " + "KEY-----", "keys on lines": "-----BEGIN PRIVATE " + "KEY-----\n", "key lines": "-----BEGIN PRIVATE " + "KEY-----\nabcd\n",
		"words": "token=", "flags": "--password ", "addresses": "a://b:c", "at signs": "a://b:c@", "jwt": "eyJ", "bearer": "bearer ", "aws": "aws_secret_access_key ", "github": "ghp_",
	} {
		start := time.Now()
		r.Text(strings.Repeat(piece, 2<<20/len(piece)))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}

func FuzzBytes(f *testing.F) {
	f.Add([]byte(`{"password":"hunter2hunter2","a":["ghp_` + alnum36 + `"]}`))
	f.Add([]byte("token=9f8e7d6c5b4a3210\n-----BEGIN PRIVATE " + "KEY-----\nabc"))
	f.Add([]byte(`{"a":"\ud800 KNOWN-secret-1","KNOWN-secret-1":"\\\""}`))
	r := New([]string{"KNOWN-secret-1"})
	f.Fuzz(func(t *testing.T, data []byte) {
		was := string(data)
		out, hits := r.Bytes(data)
		if string(data) != was {
			t.Fatal("the input was changed")
		}
		if json.Valid(data) && !json.Valid(out) {
			t.Fatalf("%q became %q, which is not JSON", data, out)
		}
		if r.Contains(out) {
			t.Fatalf("a known credential is left in %q", out)
		}
		if (string(out) == was) != (len(hits) == 0) {
			t.Fatalf("hits %v for %q to %q", hits, was, out)
		}
	})
}
