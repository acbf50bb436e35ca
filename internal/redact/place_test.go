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

// It goes whatever the shape of the value, and nothing beside it does.
func TestWhereaboutsOfAnyShape(t *testing.T) {
	const gone = `"[REDACTED:whereabouts]"`
	for in, want := range map[string]string{
		`{"actor_location":"Hamburg","n":"Kiel"}`:                               `{"actor_location":` + gone + `,"n":"Kiel"}`,
		`{"actor_location" : [{"city" : "Hamburg"}],"n":["Kiel"]}`:              `{"actor_location" : [{"city" : ` + gone + `}],"n":["Kiel"]}`,
		`{"actor_location":{"names":["Hamburg",["Altona",5]]},"n":[1]}`:         `{"actor_location":{"names":[` + gone + `,[` + gone + `,` + gone + `]]},"n":[1]}`,
		`{"actor_ip":["203.0.113.7","203.0.113.8"],"n":"203.0.113.7"}`:          `{"actor_ip":[` + gone + `,` + gone + `],"n":"203.0.113.7"}`,
		`{"actor_ip":3405803777,"hashed_token":{"value":"abc"},"n":3405803777}`: `{"actor_ip":` + gone + `,"hashed_token":{"value":` + gone + `},"n":3405803777}`,
		`{"user_agent":null,"actor_location":[],"n":{}}`:                        `{"user_agent":null,"actor_location":[],"n":{}}`,
		`[{"actor_location":["a"]},["b"],{"c":"d"}]`:                            `[{"actor_location":[` + gone + `]},["b"],{"c":"d"}]`,
	} {
		got, _ := New(nil).Bytes([]byte(in))
		if string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
