package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Stands between one operator and the API server, and disturbs as its plan says. Proves to be the operator to the server.
type proxy struct {
	address   string
	namespace string
	plan      plan
	servers   []*server
	log       *faultLog
	active    atomic.Bool
	afterEach chan struct{} // closed and made anew with each answer, for those that are held
	stopped   context.Context
	stop      context.CancelFunc
	listener  net.Listener

	mutex    sync.Mutex
	counts   map[string]int
	lateOnes int
	writes   int
	done     int                      // of these, those that the server has not refused
	onWrite  func(n int, isDone bool) // called before and after the server sees the n-th write
}

// An API server, with the operator's certificate.
type server struct {
	url    string
	client *http.Client
}

type connectionKey struct{}

func startProxy(namespace string, made plan, certificate tls.Certificate, servers []*server, into *faultLog) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	stopped, stop := context.WithCancel(context.Background())
	p := &proxy{address: listener.Addr().String(), namespace: namespace, plan: made, servers: servers, log: into, listener: listener,
		stopped: stopped, stop: stop, counts: map[string]int{}, afterEach: make(chan struct{})}
	handler := &http.Server{Handler: p, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert},
		ConnContext: func(ctx context.Context, connection net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, connection)
		}}
	go handler.ServeTLS(listener, "", "")
	context.AfterFunc(stopped, func() { handler.Close() })
	return p, nil
}

func classOf(r *http.Request) class {
	if r.URL.Query().Get("watch") == "true" {
		return watch
	}
	if r.Method == http.MethodGet {
		return read
	}
	return write
}

// Equal for the same request of other runs.
func (p *proxy) keyOf(r *http.Request, of class) string {
	key := r.Method + " " + strings.ReplaceAll(r.URL.Path, p.namespace, "NAMESPACE")
	if of == watch {
		key += " watch"
	}
	if strings.Contains(key, "/events") { // whose names have the time
		key = key[:strings.Index(key, "/events")+len("/events")]
	}
	return key
}

func (p *proxy) countOf(key string) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.counts[key]++
	return p.counts[key]
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	of := classOf(r)
	key := p.keyOf(r, of)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	n := p.countOf(key)
	fault, dice := p.plan.fault(of, key, n)
	if !p.active.Load() {
		fault = noFault
	}
	if fault != noFault {
		p.log.add(map[string]any{"fault": fault, "request": key, "n": n})
	}
	if of == watch {
		p.watch(w, r, fault, dice)
		return
	}
	p.exchange(w, r, body, fault, dice)
	p.mutex.Lock()
	close(p.afterEach)
	p.afterEach = make(chan struct{})
	p.mutex.Unlock()
}

func (p *proxy) serverFor(dice *rand.Rand) *server { return p.servers[dice.IntN(len(p.servers))] }

// A request with one answer.
func (p *proxy) exchange(w http.ResponseWriter, r *http.Request, body []byte, fault string, dice *rand.Rand) {
	to := p.serverFor(dice)
	wait := time.Duration(20+dice.IntN(800)) * time.Millisecond
	switch fault {
	case conflict, gone, throttled, failing, unavailable:
		answerWith(w, fault)
		return
	case refused:
		closeConnection(r, dice)
		return
	case unseen:
		p.keepSilent(r)
		return
	case delayed:
		p.pause(wait)
	case late:
		p.addLate(1)
		go func() {
			defer p.addLate(-1)
			p.pause(wait)
			p.forward(r, to, body)
		}()
		closeConnection(r, dice)
		return
	case repeated:
		p.forward(r, to, body)
	case halfClosed:
		if dice.IntN(2) == 0 {
			halfClose(r)
		} else {
			defer halfClose(r)
		}
	}
	answer, err := p.forward(r, to, body)
	if err != nil {
		p.log.add(map[string]any{"failed": err.Error(), "request": r.Method + " " + r.URL.Path})
		closeConnection(r, dice)
		return
	}
	switch fault {
	case lost:
		closeConnection(r, dice)
		return
	case unanswered:
		p.keepSilent(r)
		return
	case held:
		p.pauseForOthers(1 + dice.IntN(4))
	case cutShort:
		answer.sendPart(w, dice)
		closeConnection(r, dice)
		return
	}
	answer.send(w)
}

// All of what a server has answered.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// A write is done even where the operator has gone meanwhile: it is on its way.
func (p *proxy) forward(r *http.Request, to *server, body []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), time.Minute)
	defer cancel()
	n := 0
	if isCounted(r) {
		p.mutex.Lock()
		p.writes++
		n = p.writes
		onWrite := p.onWrite
		p.mutex.Unlock()
		if onWrite != nil {
			onWrite(n, false)
			defer onWrite(n, true)
		}
	}
	response, err := to.send(ctx, r, body)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if n > 0 && response.StatusCode < 300 {
		p.mutex.Lock()
		p.done++
		p.mutex.Unlock()
	}
	if r.Method != http.MethodGet {
		p.log.add(map[string]any{"write": r.Method + " " + r.URL.Path, "code": response.StatusCode, "n": n})
	}
	return &answer{response.StatusCode, response.Header, got}, nil
}

// Writes other than of events and Leases, which nobody counts on.
func isCounted(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/events") && !strings.Contains(r.URL.Path, "/leases")
}

func (s *server) send(ctx context.Context, r *http.Request, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, s.url+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = r.Header.Clone()
	return s.client.Do(request)
}

func (a *answer) head(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.code)
}

func (a *answer) send(w http.ResponseWriter) {
	a.head(w)
	w.Write(a.body)
}

func (a *answer) sendPart(w http.ResponseWriter, dice *rand.Rand) {
	a.head(w)
	if len(a.body) > 0 {
		w.Write(a.body[:dice.IntN(len(a.body))])
	}
	w.(http.Flusher).Flush()
}

var reasons = map[string]string{conflict: "Conflict", gone: "Expired", throttled: "TooManyRequests", failing: "InternalError", unavailable: "ServiceUnavailable"}

func statusOf(code string) []byte {
	var number int
	fmt.Sscan(code, &number)
	text, _ := json.Marshal(map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"message": "a fault of the test", "reason": reasons[code], "code": number})
	return text
}

func answerWith(w http.ResponseWriter, code string) {
	made := &answer{header: http.Header{"Content-Type": {"application/json"}}, body: statusOf(code)}
	fmt.Sscan(code, &made.code)
	if code == throttled {
		made.header.Set("Retry-After", "1")
	}
	made.send(w)
}

func connectionOf(r *http.Request) *net.TCPConn {
	return r.Context().Value(connectionKey{}).(*tls.Conn).NetConn().(*net.TCPConn)
}

// With all requests on it; by a reset or in an orderly way.
func closeConnection(r *http.Request, dice *rand.Rand) {
	connection := connectionOf(r)
	if dice.IntN(2) == 0 {
		connection.SetLinger(0)
	}
	connection.Close()
	panic(http.ErrAbortHandler)
}

func halfClose(r *http.Request) { connectionOf(r).CloseWrite() }

// Until the operator closes the connection.
func (p *proxy) keepSilent(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-p.stopped.Done():
	}
	panic(http.ErrAbortHandler)
}

func (p *proxy) pause(wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-p.stopped.Done():
	}
}

// Until so many other requests are answered, or a second has passed.
func (p *proxy) pauseForOthers(count int) {
	limit := time.After(time.Second)
	for ; count > 0; count-- {
		p.mutex.Lock()
		next := p.afterEach
		p.mutex.Unlock()
		select {
		case <-next:
		case <-limit:
			return
		case <-p.stopped.Done():
			return
		}
	}
}

func (p *proxy) addLate(count int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.lateOnes += count
}

// Until the server has seen the requests that come late.
func (p *proxy) awaitLate() {
	for {
		p.mutex.Lock()
		left := p.lateOnes
		p.mutex.Unlock()
		if left == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (p *proxy) writesSeen() (all, done int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.writes, p.done
}

// JSON lines of what was disturbed and what was written.
type faultLog struct {
	mutex sync.Mutex
	began time.Time
	lines []string
	count map[string]int
}

func newFaultLog() *faultLog { return &faultLog{began: time.Now(), count: map[string]int{}} }

func (l *faultLog) add(fields map[string]any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	fields["ms"] = time.Since(l.began).Milliseconds()
	if fault, isFault := fields["fault"].(string); isFault {
		l.count[fault]++
	}
	text, _ := json.Marshal(fields)
	l.lines = append(l.lines, string(text))
}
