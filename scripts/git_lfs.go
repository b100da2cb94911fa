// git-lfs itself, which besides looks at where it is led (local_addresses.go), and fetches a large file over several connections
// (ranges.go).
package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"reflect"
	_ "unsafe" // for go:linkname

	"github.com/git-lfs/git-lfs/v3/commands"
	"github.com/git-lfs/git-lfs/v3/config"
	"github.com/git-lfs/git-lfs/v3/creds"
	"github.com/git-lfs/git-lfs/v3/lfsapi"
	"github.com/git-lfs/git-lfs/v3/lfshttp"
	"github.com/git-lfs/git-lfs/v3/tq"
	"github.com/spf13/cobra"
)

// What the commands of git-lfs share, and have no function to set. No setting puts another adapter in the place of the one that is named
// "basic" (newConcreteManifest in tq/manifest.go), and nearly all servers know no other name.
//
//go:linkname configuration github.com/git-lfs/git-lfs/v3/commands.cfg
var configuration *config.Configuration

//go:linkname client github.com/git-lfs/git-lfs/v3/commands.apiClient
var client *lfsapi.Client

//go:linkname manifests github.com/git-lfs/git-lfs/v3/commands.tqManifest
var manifests map[string]tq.Manifest

const remote = "origin" // as gradient-sync names it

func main() {
	if len(os.Args) > 1 && os.Args[1] == "fetch" {
		cobra.OnInitialize(fetchInRanges)
	}
	code := commands.Run()
	commands.Cleanup()
	os.Exit(code)
}

func fetchInRanges() {
	client = lfsapi.NewClient(configuration)
	ours := tq.NewManifest(configuration.Filesystem(), client, "download", remote)
	theirs := tq.NewManifest(configuration.Filesystem(), client, "", "")
	// An unexported field: git-lfs makes the client of each host itself.
	hosts := (*lfshttp.Client)(reflect.ValueOf(client).Elem().FieldByName("client").UnsafePointer())
	ours.RegisterNewAdapterFunc(tq.BasicAdapterName, tq.Download, false, func(name string, _ tq.Direction) tq.Adapter {
		return adapter{theirs.NewDownloadAdapter(name), hosts}
	})
	manifests["download."+remote] = ours
}

// Has git-lfs's own adapter ask for a large file by its range, which is answered out of several.
type adapter struct {
	tq.Adapter
	hosts *lfshttp.Client
}

func (a adapter) Add(transfers ...*tq.Transfer) <-chan tq.TransferResult {
	for _, transfer := range transfers {
		action, err := transfer.Rel("download")
		if err != nil || action == nil {
			continue // git-lfs says what is wrong
		}
		a.useRanges(action.Href)
		if transfer.Size >= leastInRanges {
			header := maps.Clone(action.Header) // other transfers may have the same one
			if header == nil {
				header = map[string]string{}
			}
			header["Range"] = fmt.Sprintf("bytes=0-%d", transfer.Size-1)
			action.Header = header
		}
	}
	return a.Adapter.Add(transfers...)
}

// A request stays with the client of its first host where it is redirected.
func (a adapter) useRanges(href string) {
	place, err := url.Parse(href)
	if err != nil {
		return
	}
	for _, mode := range []creds.AccessMode{creds.NoneAccess, creds.BasicAccess} {
		client, err := a.hosts.HttpClient(place, mode)
		if err != nil {
			continue
		}
		if plain, isPlain := client.Transport.(*http.Transport); isPlain {
			client.Transport = newRangeTransport(plain)
		}
	}
}
