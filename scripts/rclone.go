// rclone with the kinds of sources and the commands that gradient-sync, its tests and its measurements use: half of it to compile and
// to ship. It has what rclone has not: remotes that no file has, the commands `names` and `range`, and the kinds of remote "get" and "pages".
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	_ "github.com/rclone/rclone/backend/azureblob"
	_ "github.com/rclone/rclone/backend/googlecloudstorage"
	weblist "github.com/rclone/rclone/backend/http"
	_ "github.com/rclone/rclone/backend/local"
	"github.com/rclone/rclone/backend/overview"
	_ "github.com/rclone/rclone/backend/s3"
	_ "github.com/rclone/rclone/backend/sftp"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/copy"
	_ "github.com/rclone/rclone/cmd/copyto"
	_ "github.com/rclone/rclone/cmd/lsjson"
	_ "github.com/rclone/rclone/cmd/obscure"
	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/config"
	"github.com/rclone/rclone/fs/config/configmap"
	"github.com/rclone/rclone/fs/config/configstruct"
	"github.com/rclone/rclone/fs/filter"
	"github.com/rclone/rclone/fs/fshttp"
	"github.com/rclone/rclone/fs/hash"
	"github.com/rclone/rclone/fs/operations"
	"github.com/rclone/rclone/lib/rest"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/net/html"
)

var remotes = pflag.String("remotes", "", "JSON file {REMOTE: {OPTION: value in Base64}}, in place of a configuration file")

// A configuration file of rclone changes values: %(name)s becomes another one, quotes and blanks around them go. Here they are bytes.
func useRemotes() {
	if *remotes == "" {
		return
	}
	var all map[string]map[string][]byte
	text, err := os.ReadFile(*remotes)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err == nil {
		err = pflag.Set("config", "") // what is in memory only
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "--remotes:", err)
		os.Exit(1)
	}
	for remote, options := range all {
		for option, value := range options {
			config.Data().SetValue(remote, option, string(value))
		}
	}
}

var names = &cobra.Command{
	Use:   "names FILE",
	Short: "Print those of the file's names, each ended by a zero byte, that the filters let through.",
	Args:  cobra.ExactArgs(1),
	RunE: func(command *cobra.Command, args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		rules := filter.GetConfig(context.Background())
		letsFolderThrough := rules.IncludeDirectory(context.Background(), nil)
		var through bytes.Buffer
		for len(text) > 0 {
			name, rest, _ := bytes.Cut(text, []byte{0})
			text = rest
			isThrough := rules.IncludeRemote(string(name))
			for at := range name { // rclone does not look into a folder that a pattern leaves out
				if isThrough && at > 0 && name[at] == '/' {
					if isThrough, err = letsFolderThrough(string(name[:at])); err != nil {
						return err
					}
				}
			}
			if isThrough {
				through.Write(append(name, 0))
			}
		}
		_, err = os.Stdout.Write(through.Bytes())
		return err
	},
}

// What rclone's own command "cat" does for a range, in pieces of eight times the size and without accounts of each: it costs a third less.
var rangeOf = &cobra.Command{
	Use:   "range REMOTE:FILE BEGIN END",
	Short: "Print the bytes of a file from BEGIN on, before END.",
	Args:  cobra.ExactArgs(3),
	Run: func(command *cobra.Command, args []string) {
		begin, errBegin := strconv.ParseInt(args[1], 10, 64)
		end, errEnd := strconv.ParseInt(args[2], 10, 64)
		if errBegin != nil || errEnd != nil || begin < 0 || begin >= end {
			fs.Fatalf(nil, "no range of bytes: %s to %s", args[1], args[2])
		}
		from, name := cmd.NewFsFile(args[0])
		cmd.Run(false, false, command, func() error { return printRange(context.Background(), from, name, begin, end) })
	},
}

func printRange(ctx context.Context, from fs.Fs, name string, begin, end int64) error {
	object, err := from.NewObject(ctx, name)
	if err != nil {
		return err
	}
	body, err := operations.Open(ctx, object, &fs.RangeOption{Start: begin, End: end - 1})
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{os.Stdout}, io.LimitReader(body, end-begin), make([]byte, 256<<10))
	return errors.Join(err, body.Close())
}

// One file of a web server, at a URL that may have a query, by GET alone: rclone's own kind "http" knows no query, and asks by HEAD, for
// which signed URLs are not made. What would write is left to the nil interfaces: rclone does not call it for a source.
type webFile struct {
	fs.Fs
	options struct {
		URL           string `config:"url"`
		Authorization string `config:"authorization"`
	}
	remote, name string // of rclone, of the file
	client       *http.Client
	features     *fs.Features
}

type webObject struct {
	fs.Object
	of       *webFile
	size     int64
	modified time.Time
	mimeType string
}

// Folders of a web server by rclone's own kind "http", which leaves links out and says nothing. This kind says which of them may be files.
type webPages struct {
	fs.Fs
	options struct {
		Headers fs.CommaSepList `config:"headers"`
	}
	client *http.Client
}

func newWebPages(ctx context.Context, remote, root string, options configmap.Mapper) (fs.Fs, error) {
	p := &webPages{client: fshttp.NewClient(ctx)}
	if err := configstruct.Set(options, &p.options); err != nil {
		return nil, err
	}
	p.client.CheckRedirect = rest.StripHeadersOnCrossHostRedirectFn("Authorization")
	inner, err := weblist.NewFs(ctx, remote, root, options)
	if err != nil { // which may be that it is a file
		return inner, err
	}
	p.Fs = inner
	return p, nil
}

func (p *webPages) List(ctx context.Context, folder string) (fs.DirEntries, error) {
	entries, err := p.Fs.List(ctx, folder)
	if err == nil {
		err = p.tellLeftOut(ctx, folder, entries)
	}
	return entries, err
}

// Asks for the page again: what rclone has read of it is not to be had.
func (p *webPages) tellLeftOut(ctx context.Context, folder string, entries fs.DirEntries) error {
	address := p.Fs.String()
	if folder != "" {
		address += rest.URLPathEscape(folder) + "/"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(p.options.Headers); i += 2 {
		request.Header.Set(p.options.Headers[i], p.options.Headers[i+1])
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := statusError(response); err != nil {
		return err
	}
	document, err := html.Parse(response.Body)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, entry := range entries {
		taken[path.Base(entry.Remote())] = true
	}
	for node := range document.Descendants() {
		name, why := leftOut(request.URL, node)
		if first, _, _ := strings.Cut(name, "/"); name != "" && !taken[first] {
			taken[first] = true
			fs.Debugf(path.Join(folder, name), "left out: %s", why)
		}
	}
	return nil
}

// A link to something below a page that rclone's own parseName() drops; the name is empty for others.
func leftOut(page *url.URL, node *html.Node) (name, why string) {
	if node.Type != html.ElementNode || node.Data != "a" {
		return "", ""
	}
	for _, attribute := range node.Attr {
		if attribute.Key != "href" {
			continue
		}
		link, err := rest.URLJoin(page, attribute.Val)
		if err != nil || link.Host != page.Host || link.Scheme != page.Scheme || !strings.HasPrefix(link.Path, page.Path) {
			return "", ""
		}
		name = link.Path[len(page.Path):]
		if link.RawQuery != "" || link.ForceQuery {
			return name, "its link has a query"
		}
		if slash := strings.Index(name, "/"); slash >= 0 && slash != len(name)-1 {
			return name, "its folder has no link"
		}
		return "", ""
	}
	return "", ""
}

func init() {
	fs.Register(&fs.RegInfo{Name: "pages", Description: "folders of a web server", NewFs: newWebPages, Overview: &overview.BackendConfig{},
		Options: fs.Options{{Name: "url", Required: true}, {Name: "headers", Default: fs.CommaSepList{}}}})
	fs.Register(&fs.RegInfo{Name: "get", Description: "one file by GET", NewFs: newWebFile, Overview: &overview.BackendConfig{},
		Options: fs.Options{{Name: "url", Required: true}, {Name: "authorization"}}})
}

func newWebFile(ctx context.Context, remote, root string, options configmap.Mapper) (fs.Fs, error) {
	f := &webFile{remote: remote, name: path.Base(root), client: fshttp.NewClient(ctx)}
	if err := configstruct.Set(options, &f.options); err != nil {
		return nil, err
	}
	f.features = (&fs.Features{ReadMimeType: true}).Fill(ctx, f)
	leaveCredential := rest.StripHeadersOnCrossHostRedirectFn("Authorization")
	f.client.CheckRedirect = func(request *http.Request, before []*http.Request) error {
		request.Header.Del("Referer") // the URL, with its signature
		return leaveCredential(request, before)
	}
	return f, fs.ErrorIsFile
}

func (f *webFile) Name() string             { return f.remote }
func (f *webFile) Root() string             { return "" }
func (f *webFile) String() string           { return f.name }
func (f *webFile) Precision() time.Duration { return time.Second }
func (f *webFile) Hashes() hash.Set         { return hash.Set(hash.None) }
func (f *webFile) Features() *fs.Features   { return f.features }

func (f *webFile) get(ctx context.Context, options []fs.OpenOption) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.options.URL, nil)
	if err != nil {
		return nil, errors.New("source.url is no URL") // the error would have the signature
	}
	for key, value := range fs.OpenOptionHeaders(options) {
		request.Header.Set(key, value)
	}
	if f.options.Authorization != "" {
		request.Header.Set("Authorization", f.options.Authorization)
	}
	return f.client.Do(request)
}

func (f *webFile) NewObject(ctx context.Context, _ string) (fs.Object, error) {
	response, err := f.get(ctx, []fs.OpenOption{&fs.RangeOption{Start: 0, End: 0}})
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	isEmpty := response.StatusCode == http.StatusRequestedRangeNotSatisfiable
	if err := statusError(response); err != nil && !isEmpty {
		return nil, err
	}
	object := &webObject{of: f, size: rest.ParseSizeFromHeaders(response.Header), mimeType: response.Header.Get("Content-Type")}
	if isEmpty {
		object.size = 0
	} else if response.Header.Get("Content-Encoding") != "" {
		object.size = -1 // what is known is the size of the compressed file
	}
	if object.modified, err = http.ParseTime(response.Header.Get("Last-Modified")); err != nil {
		object.modified = time.Unix(0, 0) // as rclone says it of web servers
	}
	return object, nil
}

func (f *webFile) List(ctx context.Context, _ string) (fs.DirEntries, error) {
	object, err := f.NewObject(ctx, f.name)
	return fs.DirEntries{object}, err
}

func (o *webObject) Fs() fs.Info                                     { return o.of }
func (o *webObject) String() string                                  { return o.of.name }
func (o *webObject) Remote() string                                  { return o.of.name }
func (o *webObject) Size() int64                                     { return o.size }
func (o *webObject) ModTime(context.Context) time.Time               { return o.modified }
func (o *webObject) MimeType(context.Context) string                 { return o.mimeType }
func (o *webObject) Storable() bool                                  { return true }
func (o *webObject) Hash(context.Context, hash.Type) (string, error) { return "", hash.ErrUnsupported }
func (o *webObject) Open(ctx context.Context, options ...fs.OpenOption) (io.ReadCloser, error) {
	response, err := o.of.get(ctx, options)
	if err == nil {
		err = statusError(response)
	}
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// In the words of rclone's own kind "http".
func statusError(response *http.Response) error {
	if response.StatusCode == http.StatusNotFound {
		response.Body.Close()
		return fs.ErrorObjectNotFound
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		response.Body.Close()
		return fmt.Errorf("HTTP Error: %s", response.Status)
	}
	return nil
}

func main() {
	cobra.OnInitialize(useRemotes) // after the flags are read, before rclone uses them
	cmd.Root.AddCommand(names, rangeOf)
	cmd.Main()
}
