//go:build !linux

package main

import "errors"

func mountTiny(string, string) error { return errors.ErrUnsupported }

func unmount(string) error { return errors.ErrUnsupported }

func remount(string, bool) error { return errors.ErrUnsupported }
