package redact

import (
	"reflect"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Clone copies a change in full, so that redacting it leaves what other
// samples share as it was. The bytes of exhibits are shared: they are never
// changed in place.
func Clone(c evidence.Change) evidence.Change {
	return clone(reflect.ValueOf(c)).Interface().(evidence.Change)
}

func clone(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(clone(v.Elem()))
		return p
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			s.Index(i).Set(clone(v.Index(i)))
		}
		return s
	case reflect.Struct:
		// A time is a value, and its fields are its own.
		if v.Type() == reflect.TypeFor[time.Time]() {
			return v
		}
		s := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			s.Field(i).Set(clone(v.Field(i)))
		}
		return s
	}
	return v
}
