package evidence

// Selection is a sample with all that is needed to draw it again.
type Selection struct {
	Method           string           `json:"method"`
	Seed             string           `json:"seed"`
	SeedByAuditor    bool             `json:"seed_by_auditor"`
	Options          SelectionOptions `json:"options"`
	Rule             string           `json:"rule"`
	PopulationSHA256 string           `json:"population_sha256"` // of the sorted IDs, each followed by a line feed
	PopulationSize   int              `json:"population_size"`   // N
	Size             int              `json:"size"`              // n: of the random sample, without what the strata add
	Items            []SelectedItem   `json:"items"`             // in order of rank, void ones too
	Strata           []Stratum        `json:"strata"`
	Months           []SelectionMonth `json:"months"`
	Undated          int              `json:"undated,omitempty"` // changes of the population without a time of deployment
	Notes            []string         `json:"notes,omitempty"`
}

// SelectionOptions decided a selection, besides its seed and the population:
// with them it can be drawn again, and so be checked.
type SelectionOptions struct {
	Size        int          `json:"size,omitempty"` // of the random sample as somebody asked; 0 goes by the population and the risk
	Risk        string       `json:"risk"`           // "low", "moderate" or "high"
	Emergencies bool         `json:"emergencies"`    // which strata there are
	HighRisk    bool         `json:"high_risk"`
	EachSystem  bool         `json:"each_system"`
	EachMonth   bool         `json:"each_month"`
	Void        []VoidChange `json:"void,omitempty"` // by ID
	Policy      string       `json:"policy"`         // PolicyRef.String of the policy that tells emergencies and risk
}

// VoidChange is a change that cannot be tested.
type VoidChange struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

// SelectedItem is one selected change.
type SelectedItem struct {
	ID       string `json:"id"`
	Rank     int    `json:"rank"`               // in the whole population, from 1
	Digest   string `json:"digest"`             // SHA-256(seed LF id), hex
	Stratum  string `json:"stratum"`            // for which it was taken: "random" for the n
	Void     string `json:"void,omitempty"`     // why it cannot be tested; "" where it can
	Replaces string `json:"replaces,omitempty"` // the void change whose place it takes
}

// Stratum says what was asked of a part of the population, and what came of it.
type Stratum struct {
	Name       string `json:"name"`
	Rule       string `json:"rule"`
	Population int    `json:"population"` // changes that belong to it
	Least      int    `json:"least"`      // that must be in the sample
	Selected   int    `json:"selected"`   // that are, by chance or added; void ones do not count
	Void       int    `json:"void,omitempty"`
}

// SelectionMonth says how a month of the period is represented.
type SelectionMonth struct {
	Month      string `json:"month"`      // "2026-02", in the zone of the options
	Population int    `json:"population"` // changes that reached production in it
	Selected   int    `json:"selected"`
}

// Sample gives the items that are to be tested, in order of rank.
func (s *Selection) Sample() []SelectedItem {
	var out []SelectedItem
	for _, it := range s.Items {
		if it.Void == "" {
			out = append(out, it)
		}
	}
	return out
}
