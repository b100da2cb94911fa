// What gradient-sync asks of a registry. The protocol is spoken by the library of ORAS.
//
//	oci-pull digest REFERENCE                  prints the digest of the manifest
//	oci-pull manifest REFERENCE                prints {"digest", "mediaType", "manifest"}
//	oci-pull range REFERENCE DIGEST BEGIN END  writes bytes of a layer
//	oci-pull layers REFERENCE                  writes whole layers to files
//
// The unnamed file 3 has {"username", "password", "layers": [{"digest", "bytes", "file"}]}. Standard error has a JSON object a line:
// {"served": true} when the server sends the range and not the whole, {"bytes"} of all layers that have come, {"done"} with the number
// of one that is whole, {"retryAfter"} of each answer that is an error, and {"error"}. What bytes hash to is for gradient-sync to check.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

const (
	silence       = 300 * time.Second // as gradient-sync's longest_silence
	transfers     = 4                 // layers at a time
	mostRedirects = 10
)

type layer struct {
	Digest string `json:"digest"`
	Bytes  int64  `json:"bytes"`
	File   string `json:"file"`
}

type request struct {
	Username string  `json:"username"`
	Password string  `json:"password"`
	Layers   []layer `json:"layers"`
}

func say(name string, value any) {
	line, _ := json.Marshal(map[string]any{name: value})
	os.Stderr.Write(append(line, '\n'))
}

func isLoopback(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	address, err := netip.ParseAddr(name)
	return name == "localhost" || (err == nil && address.IsLoopback())
}

type transport struct{ *http.Transport }

func newTransport() transport {
	dialer := net.Dialer{Timeout: 20 * time.Second}
	return transport{&http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   20 * time.Second,
		ResponseHeaderTimeout: silence,
		ForceAttemptHTTP2:     false, // one connection a layer is faster than one for all
		MaxIdleConnsPerHost:   transfers,
		ReadBufferSize:        256 << 10,
		DisableCompression:    true,
	}}
}

// As other clients do for this machine's own registries, and for no other.
func (t transport) roundTrip(asked *http.Request) (*http.Response, error) {
	answer, err := t.Transport.RoundTrip(asked)
	var other tls.RecordHeaderError
	if errors.As(err, &other) && string(other.RecordHeader[:]) == "HTTP/" && isLoopback(asked.URL.Host) {
		plain := asked.Clone(asked.Context())
		plain.URL.Scheme = "http"
		answer, err = t.Transport.RoundTrip(plain)
		if err == nil {
			answer.Request = asked // what the login is for
		}
	}
	return answer, err
}

func (t transport) RoundTrip(asked *http.Request) (*http.Response, error) {
	answer, err := t.roundTrip(asked)
	if err == nil && answer.StatusCode >= 400 {
		say("retryAfter", answer.Header.Get("Retry-After"))
	}
	return answer, err
}

func followRedirect(next *http.Request, before []*http.Request) error {
	if next.URL.Scheme != "https" && before[0].URL.Scheme == "https" && !isLoopback(before[0].URL.Host) {
		return errors.New("refusing to follow HTTPS to HTTP redirect")
	}
	if len(before) >= mostRedirects {
		return errors.New("stopped after " + strconv.Itoa(mostRedirects) + " redirects")
	}
	return nil
}

func open(reference string, login request) (*remote.Repository, error) {
	repository, err := remote.NewRepository(reference)
	if err != nil {
		return nil, err
	}
	host := repository.Reference.Host()
	repository.Client = &auth.Client{
		Client:     &http.Client{Transport: newTransport(), CheckRedirect: followRedirect},
		Header:     http.Header{"User-Agent": {"gradient-sync"}},
		Cache:      auth.NewSingleContextCache(),
		Credential: auth.StaticCredential(host, auth.Credential{Username: login.Username, Password: login.Password}),
	}
	return repository, nil
}

// Not every registry tells the digest in its answer to HEAD.
func digest(ctx context.Context, repository *remote.Repository) error {
	reference := repository.Reference.Reference
	found, err := repository.Resolve(ctx, reference)
	if err != nil && strings.Contains(err.Error(), "Docker-Content-Digest") {
		var body io.ReadCloser
		if found, body, err = repository.FetchReference(ctx, reference); err == nil {
			body.Close()
		}
	}
	if err == nil {
		fmt.Println(found.Digest)
	}
	return err
}

func manifest(ctx context.Context, repository *remote.Repository) error {
	found, body, err := repository.FetchReference(ctx, repository.Reference.Reference)
	if err != nil {
		return err
	}
	defer body.Close()
	text, err := content.ReadAll(body, found)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"digest": found.Digest, "mediaType": found.MediaType, "manifest": json.RawMessage(text)})
}

// Asks for a layer, or for a range of it; `header` is empty for the whole.
func ask(ctx context.Context, repository *remote.Repository, digest, header string) (*http.Response, error) {
	reference := repository.Reference
	place := url.URL{Scheme: "https", Host: reference.Host(), Path: "/v2/" + reference.Repository + "/blobs/" + digest}
	ctx = auth.AppendRepositoryScope(ctx, reference, auth.ActionPull)
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, place.String(), nil)
	if err != nil {
		return nil, err
	}
	if header != "" {
		asked.Header.Set("Range", header)
	}
	answer, err := repository.Client.Do(asked)
	if err != nil || answer.StatusCode == http.StatusOK || (header != "" && answer.StatusCode == http.StatusPartialContent) {
		return answer, err
	}
	answer.Body.Close()
	return nil, &errcode.ErrorResponse{Method: asked.Method, URL: answer.Request.URL, StatusCode: answer.StatusCode}
}

// Ends a transfer in which nothing has come for too long.
type watched struct {
	io.Reader
	timer *time.Timer
	count *atomic.Int64
}

func (w watched) Read(buffer []byte) (int, error) {
	read, err := w.Reader.Read(buffer)
	w.timer.Reset(silence)
	w.count.Add(int64(read))
	return read, err
}

func copyTo(file *os.File, answer *http.Response, bytes int64, cancel context.CancelCauseFunc, count *atomic.Int64) error {
	timer := time.AfterFunc(silence, func() { cancel(errors.New("i/o timeout")) })
	defer timer.Stop()
	body := watched{io.LimitReader(answer.Body, bytes), timer, count}
	written, err := io.CopyBuffer(struct{ io.Writer }{file}, body, make([]byte, 256<<10)) // a file would bring a smaller buffer
	if cause := context.Cause(answer.Request.Context()); err != nil && cause != nil {
		return cause
	}
	if err == nil && written < bytes {
		return io.ErrUnexpectedEOF
	}
	return err
}

func writeRange(ctx context.Context, repository *remote.Repository, digest string, begin, end int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answer, err := ask(ctx, repository, digest, fmt.Sprintf("bytes=%d-%d", begin, end-1))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if !strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", begin)) {
		return nil // the whole layer: who asked sees that nothing was served
	}
	say("served", true)
	return copyTo(os.Stdout, answer, end-begin, cancel, new(atomic.Int64))
}

func writeLayer(ctx context.Context, repository *remote.Repository, wanted layer, count *atomic.Int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	file, err := os.OpenFile(wanted.File, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0666)
	if err != nil {
		return err
	}
	defer file.Close()
	answer, err := ask(ctx, repository, wanted.Digest, "")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := copyTo(file, answer, wanted.Bytes, cancel, count); err != nil {
		return err
	}
	return file.Close()
}

func writeLayers(ctx context.Context, repository *remote.Repository, layers []layer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, count atomic.Int64
	var workers sync.WaitGroup
	for range min(transfers, len(layers)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(layers)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := writeLayer(ctx, repository, layers[i], &count); err != nil {
					cancel(err) // the first counts
					return
				}
				say("done", i)
			}
		})
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	go func() {
		for range ticker.C {
			say("bytes", count.Load())
		}
	}()
	workers.Wait()
	return context.Cause(ctx)
}

// What went wrong, without what a server wrote and without URLs: either may have a secret.
func text(err error) string {
	var answer *errcode.ErrorResponse
	if errors.As(err, &answer) {
		told := fmt.Sprintf("%s answers %d", answer.URL.Host, answer.StatusCode)
		if isCode := regexp.MustCompile("^[A-Z_]{1,40}$"); len(answer.Errors) > 0 && isCode.MatchString(answer.Errors[0].Code) {
			told += " " + answer.Errors[0].Code
		}
		return told
	}
	if errors.Is(err, errdef.ErrNotFound) {
		return "the registry answers 404"
	}
	if errors.Is(err, io.EOF) { // before an answer
		err = io.ErrUnexpectedEOF
	}
	var asked *url.Error
	if errors.As(err, &asked) {
		return withoutPath(asked.URL) + asked.Err.Error()
	}
	return err.Error()
}

// "SCHEME://HOST: " of a URL.
func withoutPath(text string) string {
	place, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return place.Scheme + "://" + place.Host + ": "
}

func version() string {
	told := "oci-pull " + runtime.Version()
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if strings.HasPrefix(module.Path, "oras.land/") {
				told = "oci-pull " + module.Version + ", " + runtime.Version()
			}
		}
	}
	return told
}

func run(words []string) error {
	var given request
	if err := json.NewDecoder(os.NewFile(3, "the request")).Decode(&given); err != nil {
		return err
	}
	repository, err := open(words[1], given)
	if err != nil {
		return err
	}
	ctx := context.Background()
	switch {
	case words[0] == "digest" && len(words) == 2:
		return digest(ctx, repository)
	case words[0] == "manifest" && len(words) == 2:
		return manifest(ctx, repository)
	case words[0] == "layers" && len(words) == 2:
		return writeLayers(ctx, repository, given.Layers)
	case words[0] == "range" && len(words) == 5:
		begin, _ := strconv.ParseInt(words[3], 10, 64)
		end, _ := strconv.ParseInt(words[4], 10, 64)
		return writeRange(ctx, repository, words[2], begin, end)
	}
	return errors.New("usage: oci-pull digest|manifest|range|layers REFERENCE [DIGEST BEGIN END]")
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version())
		return
	}
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: oci-pull digest|manifest|range|layers REFERENCE [DIGEST BEGIN END]")
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		say("error", text(err))
		os.Exit(1)
	}
}
