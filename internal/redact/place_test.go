package redact

import (
	"encoding/json"
	"testing"
)

// Where somebody was when they did what an audit log tells leaves the payload,
// and nothing else does.
func TestWhereabouts(t *testing.T) {
	r := New(nil)
	in := `[{"action":"protected_branch.destroy","actor":"ann","actor_ip":"203.0.113.7","actor_location":{"country_code":"DE","location":{"lat":53.5,"lon":10}},"user_agent":"Firefox","hashed_token":"abcABC=","repo":"acme/api","data":{"country_code":"SE"}},{"actor_ip":"","actor_location":null,"n":7}]`
	const gone = `"[REDACTED:whereabouts]"`
	want := `[{"action":"protected_branch.destroy","actor":"ann","actor_ip":` + gone + `,"actor_location":{"country_code":` + gone + `,"location":{"lat":` + gone + `,"lon":` + gone + `}},"user_agent":` + gone + `,"hashed_token":` + gone + `,"repo":"acme/api","data":{"country_code":"SE"}},{"actor_ip":"","actor_location":null,"n":7}]`
	got, hits := r.Bytes([]byte(in))
	if string(got) != want || !json.Valid(got) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(hits) != 1 || hits[0].Rule != "whereabouts" || hits[0].Count != 6 {
		t.Errorf("hits are %+v", hits)
	}
}
