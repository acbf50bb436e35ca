package redact

import (
	"reflect"
	"time"

	"github.com/tickmark-dev/tickmark/internal/evidence"
)

// Clone gives a copy of a change that shares no record with it, so that
// redacting the one leaves the other, and every change that has records in
// common, as it is. The content of files is shared: Change never writes into
// it, but puts another in its place.
func Clone(c evidence.Change) evidence.Change {
	return clone(reflect.ValueOf(c)).Interface().(evidence.Change)
}

func clone(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(clone(v.Elem()))
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v) // with what is not exported
		if _, ok := v.Interface().(time.Time); ok {
			return out
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(clone(v.Field(i)))
			}
		}
		return out
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(clone(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), clone(it.Value()))
		}
		return out
	}
	return v
}
