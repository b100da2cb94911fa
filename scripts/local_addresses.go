// Looks at each address that a Go program of gradient-sync connects to (src/sync/program/local_addresses.h).
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	_ "unsafe" // for go:linkname
)

// What package net connects by, at the bottom of every client: the address is one by then, and no name that could be resolved to
// another one once more. No client of ours lets all of its dialers be set. Go's linker has to be told to let it (binaries.sh).
//
//go:linkname connectFunc net.connectFunc
var connectFunc func(int, syscall.Sockaddr) error

func init() {
	named, isSet := os.LookupEnv("GRADIENT_LOCAL_ADDRESSES")
	if !isSet {
		return
	}
	if connectFunc == nil { // the variable is ours alone
		fmt.Fprintln(os.Stderr, "this Go connects by something else than net.connectFunc")
		os.Exit(1)
	}
	mayConnect := map[string]bool{}
	for _, place := range strings.Split(named, ",") {
		mayConnect[place] = true
	}
	connect := connectFunc
	connectFunc = func(socket int, address syscall.Sockaddr) error {
		kind, _ := syscall.GetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_TYPE)
		place, isOfNetwork := placeOf(address)
		isRefused := isOfNetwork && kind == syscall.SOCK_STREAM && isLocal(place.Addr()) &&
			!mayConnect[place.Addr().String()] && !mayConnect[place.String()]
		if isRefused {
			return localAddress(place.Addr().String())
		}
		return connect(socket, address)
	}
}

type localAddress string

func (address localAddress) Error() string { return "local address refused: " + string(address) }

func placeOf(address syscall.Sockaddr) (netip.AddrPort, bool) {
	switch of := address.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(of.Addr), uint16(of.Port)), true
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(of.Addr).Unmap(), uint16(of.Port)), true
	}
	return netip.AddrPort{}, false
}

func isLocal(address netip.Addr) bool {
	return address.IsLoopback() || address.IsLinkLocalUnicast() || address.IsUnspecified() ||
		address.Is4() && address.As4()[0] == 0
}
