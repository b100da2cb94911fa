// Runs scenarios with the operator behind a proxy that disturbs, and compares their ends with those of undisturbed runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

var errNoLeader = errors.New("no operator has written anything")

func main() {
	var (
		server   = flag.String("server", "", "URLs of API servers on one etcd, with commas between")
		pki      = flag.String("pki", "", "the folder of their certificates")
		program  = flag.String("operator", "", "the program")
		config   = flag.String("config", "", "its configuration")
		folder   = flag.String("folder", "", "for what failed runs leave")
		runs     = flag.Uint64("runs", 100, "how many")
		seed     = flag.Uint64("seed", 1, "of the first; the others follow")
		parallel = flag.Int("parallel", 4*runtime.NumCPU(), "at a time")
		pause    = flag.Int("pause", 0, "the process of an API server that stands still now and then")
		only     = flag.String("scenario", "", "this one alone")
	)
	flag.Parse()
	b, err := newBench(strings.Split(*server, ","), *pki, *program, *config, *folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s := &session{bench: b, references: map[string]*result{}, counts: map[string]int{}, only: *only}
	if !s.allOf("undisturbed", *parallel, references(*only)) {
		s.end()
	}
	var disturbed []job
	for i := range *runs {
		disturbed = append(disturbed, s.job(*seed+i))
	}
	stopPausing := keepPausing(*pause, *seed)
	s.allOf("disturbed", *parallel, disturbed)
	stopPausing()
	s.end()
}

// A server that stands still answers nobody, and is behind when it goes on. Returns what ends it.
func keepPausing(process int, seed uint64) func() {
	if process == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	dice := diceOf(seed, "pauses")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			for _, what := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
				syscall.Kill(process, what)
				wait := time.Duration(200+dice.IntN(2000)) * time.Millisecond
				if what == syscall.SIGCONT {
					wait *= 2
				}
				select {
				case <-time.After(wait):
				case <-ctx.Done():
				}
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func newBench(servers []string, pki, program, config, folder string) (*bench, error) {
	admin, err := newServer(servers[0], pki, "admin")
	if err != nil {
		return nil, err
	}
	certificate, err := certificateOf(pki, "api-server")
	if err != nil {
		return nil, err
	}
	b := &bench{admin: admin, certificate: certificate, program: program, config: config, pki: pki, folder: folder}
	for _, url := range servers {
		as, err := newServer(url, pki, "gradient-operator")
		if err != nil {
			return nil, err
		}
		b.servers = append(b.servers, as)
	}
	node := &kubelet{server: admin, queue: make(chan object, 1000)}
	for range 2 {
		go node.run(context.Background())
	}
	b.observer = &observer{server: admin, views: map[string]*view{}, onPod: node.take, fatal: func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}}
	return b, b.observer.start()
}

type job struct {
	scenario *scenario
	seed     uint64
}

// Runs and what came of them.
type session struct {
	*bench
	mutex      sync.Mutex
	only       string
	references map[string]*result
	counts     map[string]int // of faults
	passed     int
	failed     int
}

func isNamed(each scenario, only string) bool { return only == "" || only == each.name }

func references(only string) []job {
	var jobs []job
	for i := range scenarios {
		if isNamed(scenarios[i], only) {
			jobs = append(jobs, job{&scenarios[i], 0})
		}
	}
	return jobs
}

// Which scenario a seed is for does not depend on how many runs there are.
func (s *session) job(seed uint64) job {
	for i := range scenarios {
		if s.only == scenarios[i].name {
			return job{&scenarios[i], seed}
		}
	}
	return job{&scenarios[seed%uint64(len(scenarios))], seed}
}

func (s *session) allOf(what string, parallel int, jobs []job) bool {
	began := time.Now()
	queue := make(chan job)
	var workers sync.WaitGroup
	for range parallel {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for each := range queue {
				s.do(each)
			}
		}()
	}
	for _, each := range jobs {
		queue <- each
	}
	close(queue)
	workers.Wait()
	fmt.Printf("%d %s runs in %d s\n", len(jobs), what, int(time.Since(began).Seconds()))
	return s.failed == 0
}

func (s *session) do(each job) {
	s.mutex.Lock()
	expected := s.references[each.scenario.name]
	s.mutex.Unlock()
	began := time.Now()
	got, r, err := s.perform(each.scenario, each.seed, expected)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for fault, count := range r.faults.count {
		s.counts[fault] += count
	}
	seconds := time.Since(began).Seconds()
	if err == nil && expected == nil {
		s.references[each.scenario.name] = got
		fmt.Printf("%s: %d objects, %d writes, %.1f s\n", each.scenario.name, len(got.objects), got.writes, seconds)
	}
	if err == nil {
		if expected != nil {
			s.passed++
			fmt.Printf("ok %s, seed %d: %d faults, %.1f s\n", each.scenario.name, each.seed, r.faults.sum(), seconds)
		}
		os.RemoveAll(r.folder)
		return
	}
	s.failed++
	file := filepath.Join(r.folder, "proxy.log")
	os.WriteFile(file, []byte(strings.Join(r.faults.lines, "\n")+"\n"), 0o644)
	fmt.Printf("not ok %s, seed %d, after %.1f s: %v\n", each.scenario.name, each.seed, seconds, err)
	fmt.Printf("  %d faults; logs: %s\n  again: ./dev test faults 1 %d\n", r.faults.sum(), r.folder, each.seed)
}

func (l *faultLog) sum() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	sum := 0
	for _, count := range l.count {
		sum += count
	}
	return sum
}

func (s *session) end() {
	var kinds []string
	for kind := range s.counts {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		fmt.Printf("  %6d %s\n", s.counts[kind], kind)
	}
	fmt.Printf("%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 || s.passed == 0 {
		os.Exit(1)
	}
	os.Exit(0)
}
