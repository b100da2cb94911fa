// A transport of http that answers a request for a great range of a file out of several smaller ones, which come at the same time. Whoever
// reads the answer gets all bytes in their order.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	leastInRanges = 32 << 20 // bytes that are asked for; fewer come in one stream
	rangeBytes    = 4 << 20
	mostAhead     = 6 // ranges of a file
	mostBuffers   = 8 // of all files: 32 MiB
	mostTries     = 3 // after one that gave nothing
)

type rangeTransport struct {
	plain  *http.Transport
	ranges *http.Transport
}

func newRangeTransport(plain *http.Transport) *rangeTransport {
	ranges := plain.Clone()
	// HTTP/2 would have all of them in one connection, which is no faster than one stream.
	ranges.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	ranges.TLSClientConfig.NextProtos = []string{"http/1.1"}
	ranges.MaxIdleConnsPerHost = 2 * mostBuffers
	return &rangeTransport{plain, ranges}
}

func (t *rangeTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	begin, end, ok := askedRange(request)
	if !ok || end-begin < leastInRanges {
		return t.plain.RoundTrip(request)
	}
	answer, err := t.ranges.RoundTrip(withRange(request.Context(), request, begin, begin+rangeBytes))
	if err != nil {
		return nil, err
	}
	if first, total := sentRange(answer); first == begin {
		return t.inRanges(request, answer, begin, min(end, total), total), nil
	}
	isUseless := answer.StatusCode == http.StatusPartialContent || answer.StatusCode == http.StatusRequestedRangeNotSatisfiable
	if isUseless && begin == 0 {
		answer.Body.Close()
		whole := request.Clone(request.Context())
		whole.Header.Del("Range")
		return t.plain.RoundTrip(whole)
	}
	answer.Request = request
	return answer, nil // all of the file in one stream, a redirection or an error
}

// The answer to the whole request, of which `first` is the answer to the first range.
func (t *rangeTransport) inRanges(request *http.Request, first *http.Response, begin, end, total int64) *http.Response {
	ctx, cancel := context.WithCancel(request.Context())
	first.Request = request
	first.ContentLength = end - begin
	first.Header.Set("Content-Length", strconv.FormatInt(end-begin, 10))
	first.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", begin, end-1, total))
	first.Body = &fileInRanges{
		ask: func(begin, end int64) (io.ReadCloser, error) {
			return t.ask(withRange(ctx, request, begin, end), begin)
		},
		context: ctx, cancel: cancel, at: begin, end: end, own: first.Body, ownEnd: min(begin+rangeBytes, end), mostAhead: mostAhead,
	}
	return first
}

func (t *rangeTransport) ask(request *http.Request, begin int64) (io.ReadCloser, error) {
	answer, err := t.ranges.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if first, _ := sentRange(answer); first != begin {
		answer.Body.Close()
		return nil, refusal(answer.StatusCode)
	}
	return answer.Body, nil
}

// The status of an answer that is not the range.
type refusal int

// In curl's words, which gradient-sync knows (src/sync/report/failure_rules.cpp).
func (status refusal) Error() string {
	if status < http.StatusBadRequest {
		return "the server no longer gives ranges of the file"
	}
	return fmt.Sprintf("The requested URL returned error: %d", int(status))
}

func (status refusal) mayPass() bool {
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// Of "bytes=0-99" 0 and 100.
func askedRange(request *http.Request) (begin, end int64, ok bool) {
	_, err := fmt.Sscanf(request.Header.Get("Range"), "bytes=%d-%d", &begin, &end)
	return begin, end + 1, err == nil && request.Method == http.MethodGet
}

func withRange(ctx context.Context, request *http.Request, begin, end int64) *http.Request {
	part := request.Clone(ctx)
	part.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", begin, end-1))
	return part
}

// Where a range begins that is sent as it is, and how many bytes the file has; -1 for another answer. Versions are not compared: the
// file's name is its hash, which is compared at the end, and servers that share an address need not agree on an ETag.
func sentRange(answer *http.Response) (begin, total int64) {
	var last int64
	_, err := fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-%d/%d", &begin, &last, &total)
	encoding := answer.Header.Get("Content-Encoding")
	isPlain := encoding == "" || encoding == "identity"
	if answer.StatusCode != http.StatusPartialContent || err != nil || begin > last || last >= total || !isPlain {
		return -1, -1
	}
	return begin, total
}

// The body of an answer. What is read next comes by a connection of its own, or was asked for ahead, as far as there are buffers. Nobody
// waits for a buffer, so that no file has to wait for another one.
type fileInRanges struct {
	ask       func(begin, end int64) (io.ReadCloser, error)
	context   context.Context
	cancel    context.CancelFunc
	at, end   int64 // of the file
	own       io.ReadCloser
	ownEnd    int64
	ahead     []*part // one after the other, from ownEnd
	mostAhead int
	tries     int
}

func (f *fileInRanges) Read(into []byte) (int, error) {
	for f.at < f.end && len(into) > 0 {
		f.askAhead()
		n, err := f.readSome(into)
		f.at += int64(n)
		if n > 0 {
			f.tries = 0
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
	if len(into) == 0 {
		return 0, nil
	}
	return 0, io.EOF
}

func (f *fileInRanges) Close() error {
	f.cancel()
	for _, part := range f.ahead {
		part.release()
	}
	f.ahead = nil
	f.closeOwn()
	return nil
}

func (f *fileInRanges) askAhead() {
	for len(f.ahead) < f.mostAhead {
		begin := f.ownEnd
		if n := len(f.ahead); n > 0 {
			begin = f.ahead[n-1].end
		}
		if begin >= f.end {
			return
		}
		select {
		case buffer := <-buffers:
			f.ahead = append(f.ahead, newPart(begin, min(begin+rangeBytes, f.end), buffer, f.ask))
		default:
			return
		}
	}
}

// Neither bytes nor an error: there is another place to read from now.
func (f *fileInRanges) readSome(into []byte) (int, error) {
	if f.at < f.ownEnd {
		return f.readOwn(into)
	}
	if len(f.ahead) > 0 {
		return f.readAhead(into), nil
	}
	f.ownEnd = f.end
	if f.mostAhead > 0 {
		f.ownEnd = min(f.at+rangeBytes, f.end)
	}
	return 0, nil
}

func (f *fileInRanges) readAhead(into []byte) int {
	part := f.ahead[0]
	n := part.read(into, f.at)
	isRead := f.at+int64(n) == part.end
	if n > 0 && !isRead {
		return n
	}
	f.ahead = f.ahead[1:]
	f.ownEnd = part.end // what it has not got
	if part.release() == 0 {
		f.mostAhead-- // the server may want fewer connections; one is left in the end, which gets all of the rest
	}
	return n
}

func (f *fileInRanges) readOwn(into []byte) (int, error) {
	if f.own == nil {
		var err error
		if f.own, err = f.ask(f.at, f.ownEnd); err != nil {
			f.own = nil
			return 0, f.tryAgain(err)
		}
	}
	n, err := f.own.Read(into[:min(int64(len(into)), f.ownEnd-f.at)])
	if err != nil || f.at+int64(n) == f.ownEnd {
		f.closeOwn()
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if n == 0 && err != nil {
		return 0, f.tryAgain(err)
	}
	return n, nil
}

func (f *fileInRanges) closeOwn() {
	if f.own != nil {
		f.own.Close()
		f.own = nil
	}
}

// Waits a little; gives back an error that another try is not likely to mend. git-lfs begins anew then, from what it has.
func (f *fileInRanges) tryAgain(err error) error {
	status, isRefusal := err.(refusal)
	if f.tries == mostTries || isRefusal && !status.mayPass() {
		return err
	}
	select {
	case <-f.context.Done():
		return f.context.Err()
	case <-time.After(time.Second << f.tries):
	}
	f.tries++
	return nil
}

// A range that comes into memory.
type part struct {
	begin, end int64
	buffer     []byte
	mutex      sync.Mutex
	changed    *sync.Cond
	has        int
	isOver     bool
}

var buffers = func() chan []byte {
	all := make(chan []byte, mostBuffers)
	for range mostBuffers {
		all <- nil // made when it is needed
	}
	return all
}()

func newPart(begin, end int64, buffer []byte, ask func(begin, end int64) (io.ReadCloser, error)) *part {
	if buffer == nil {
		buffer = make([]byte, rangeBytes)
	}
	p := &part{begin: begin, end: end, buffer: buffer}
	p.changed = sync.NewCond(&p.mutex)
	go func() {
		if body, err := ask(begin, end); err == nil {
			p.fill(body)
			body.Close()
		}
		p.add(0, true)
	}()
	return p
}

func (p *part) fill(body io.Reader) {
	for rest := p.buffer[:p.end-p.begin]; len(rest) > 0; {
		n, err := body.Read(rest)
		p.add(n, false)
		if err != nil {
			return
		}
		rest = rest[n:]
	}
}

func (p *part) add(bytes int, isOver bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.has += bytes
	p.isOver = isOver
	p.changed.Broadcast()
}

// Waits for bytes from a place of the file on; none come any more when there are none.
func (p *part) read(into []byte, at int64) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for p.begin+int64(p.has) == at && !p.isOver {
		p.changed.Wait()
	}
	return copy(into, p.buffer[at-p.begin:p.has])
}

// Waits for its end, and gives the buffer to the next one; how many bytes it had.
func (p *part) release() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for !p.isOver {
		p.changed.Wait()
	}
	buffers <- p.buffer
	p.buffer = nil
	return p.has
}
