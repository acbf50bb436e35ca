package main

import "golang.org/x/sys/unix"

func mountTiny(dir, size string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size)
}

func remount(dir string, readOnly bool) error {
	flags := uintptr(unix.MS_REMOUNT)
	if readOnly {
		flags |= unix.MS_RDONLY
	}
	return unix.Mount("tmpfs", dir, "tmpfs", flags, "")
}

func unmount(dir string) error { return unix.Unmount(dir, unix.MNT_DETACH) }
