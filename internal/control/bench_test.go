package control

import "testing"

func BenchmarkEvaluate(b *testing.B) {
	w := good(b)
	for b.Loop() {
		w.evaluate()
	}
}
