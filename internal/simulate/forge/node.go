package forge

import (
	"encoding/base64"
	"encoding/binary"
)

// nodeID gives the global id that REST's node_id and GraphQL's id share: a
// prefix for the type and, as GitHub writes it, a MessagePack array of 0 and
// the numbers and names that identify the record.
func nodeID(prefix string, parts ...any) string {
	b := []byte{0x90 | byte(len(parts)+1), 0}
	for _, p := range parts {
		switch v := p.(type) {
		case int64:
			b = append(b, 0xcf)
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		case string:
			b = append(b, 0xd9, byte(len(v)))
			b = append(b, v[:min(len(v), 255)]...)
		}
	}
	id := base64.RawURLEncoding.EncodeToString(b)
	if prefix == "" {
		return id
	}
	return prefix + "_" + id
}

// parseNodeID takes apart what nodeID put together; ok is false for anything else.
func parseNodeID(id string) (prefix string, numbers []int64, names []string, ok bool) {
	for i := 0; i < len(id); i++ {
		if id[i] == '_' {
			prefix, id = id[:i], id[i+1:]
			break
		}
	}
	b, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || prefix == "" || len(b) < 2 || b[0]&0xf0 != 0x90 || b[1] != 0 {
		return "", nil, nil, false
	}
	for b = b[2:]; len(b) > 0; {
		switch {
		case b[0] == 0xcf && len(b) >= 9:
			numbers = append(numbers, int64(binary.BigEndian.Uint64(b[1:9])))
			b = b[9:]
		case b[0] == 0xd9 && len(b) >= 2 && len(b) >= 2+int(b[1]):
			names = append(names, string(b[2:2+int(b[1])]))
			b = b[2+int(b[1]):]
		default:
			return "", nil, nil, false
		}
	}
	return prefix, numbers, names, true
}
