package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// What all runs share.
type bench struct {
	admin       *server
	servers     []*server // as the operator
	certificate tls.Certificate
	observer    *observer
	program     string
	config      string
	pki         string
	folder      string
}

// One scenario in a namespace of its own, with one operator or two.
type run struct {
	*bench
	scenario  *scenario
	seed      uint64
	turn      uint64 // of the scenario
	namespace string
	view      *view
	dice      *rand.Rand // of what the scenario leaves to chance
	plan      *plan      // nil: undisturbed
	folder    string
	operators []*operator
	faults    *faultLog
	ctx       context.Context
	fail      context.CancelCauseFunc
	expected  *result // of the undisturbed run
}

// What a run has left behind.
type result struct {
	objects   map[string]string // scrubbed, by KIND/NAME
	creations map[string]int
	deletions map[string]int
	writes    int
	done      int // of these, those that the server has not refused
}

// A panic of a step that cannot go on: the run has failed.
type stepFailed struct{ cause error }

func (r *run) must(err error) {
	if err != nil {
		panic(stepFailed{err})
	}
}

const (
	stepLimit  = 150 * time.Second // longer than the operator waits for a watch that is silent
	quietTime  = 700 * time.Millisecond
	quietAtRef = 3 * time.Second
)

func (b *bench) perform(of *scenario, seed uint64, expected *result) (got *result, r *run, err error) {
	name := fmt.Sprintf("%s%d", namespacePrefix, seed)
	if expected == nil {
		name = namespacePrefix + of.name
	}
	r = &run{bench: b, scenario: of, seed: seed, turn: seed / uint64(len(scenarios)), namespace: name, dice: diceOf(seed, "scenario"), expected: expected, faults: newFaultLog()}
	if expected != nil {
		made := newPlan(seed)
		r.plan = &made
	}
	r.folder = filepath.Join(b.folder, name)
	ctx, fail := context.WithCancelCause(context.Background())
	r.ctx, r.fail = ctx, fail
	defer fail(nil)
	defer func() {
		if failed, is := recover().(stepFailed); is {
			err = failed.cause
		}
	}()
	r.must(os.MkdirAll(r.folder, 0o755))
	defer r.tearDown()
	r.setUp()
	of.steps(r)
	return r.settle(), r, nil
}

func (r *run) setUp() {
	r.must(r.removeNamespace())
	r.view = r.observer.open(r.namespace)
	r.must(r.admin.create(namespaces, "", r.namespace, nil))
	for i := 0; i < r.scenario.operators(); i++ {
		r.addOperator(fmt.Sprintf("operator-%d", i+1))
	}
	for _, each := range r.operators {
		r.must(each.start())
	}
}

func (r *run) addOperator(name string) {
	made := plan{}
	if r.plan != nil {
		made = *r.plan
	}
	if len(r.operators) > 0 {
		made.seed ^= 1 << 63 // the second has faults of its own
	}
	between, err := startProxy(r.namespace, made, r.certificate, r.servers, r.faults)
	r.must(err)
	between.active.Store(r.plan != nil)
	kubeconfig := filepath.Join(r.folder, name+".kubeconfig")
	r.must(writeKubeconfig(kubeconfig, between.address, r.pki, r.namespace))
	options := []string{"run", "--kubeconfig", kubeconfig, "--config", r.config, "--namespace", r.namespace, "--metrics-address", "", "--log-level", "debug"}
	if r.scenario.operators() > 1 {
		options = append(options, "--leader-elect")
	}
	r.operators = append(r.operators, &operator{name: name, program: r.program, folder: r.folder, proxy: between, options: options, onEnd: r.fail})
}

func (r *run) tearDown() {
	for _, each := range r.operators {
		each.end(syscall.SIGTERM)
		each.proxy.stop()
	}
	r.observer.close(r.namespace)
	r.admin.remove(namespaces, "", r.namespace)
}

func (r *run) removeNamespace() error {
	r.admin.remove(namespaces, "", r.namespace)
	for limit := time.Now().Add(60 * time.Second); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) {
		if _, err := r.admin.get(namespaces, "", r.namespace); isCode(err, 404) {
			return nil
		}
	}
	return errors.New("the namespace of an earlier run does not end")
}

// Waits for what the steps bring about, with faults.
func (r *run) await(what string, holds func() bool) {
	limit := time.NewTimer(stepLimit)
	defer limit.Stop()
	for {
		next := r.view.next()
		if holds() {
			return
		}
		select {
		case <-next:
		case <-r.ctx.Done():
			panic(stepFailed{context.Cause(r.ctx)})
		case <-limit.C:
			panic(stepFailed{fmt.Errorf("waited in vain until %s", what)})
		}
	}
}

func (r *run) awaitThat(of kind, name, what string, holds func(object) bool) {
	r.await(fmt.Sprintf("%s %s %s", of.name, name, what), func() bool {
		found := r.view.find(of, name)
		return found != nil && holds(found)
	})
}

func (r *run) awaitExists(of kind, name string) {
	r.awaitThat(of, name, "exists", func(object) bool { return true })
}

func (r *run) awaitGone(of kind, name string) {
	r.await(fmt.Sprintf("%s %s is gone", of.name, name), func() bool { return r.view.find(of, name) == nil })
}

// Ends all faults, and waits for the end state of the undisturbed run, or for one that stays.
func (r *run) settle() *result {
	for _, each := range r.operators {
		each.proxy.active.Store(false)
		each.proxy.awaitLate()
	}
	if r.expected == nil {
		r.awaitQuiet(quietAtRef)
		return r.result()
	}
	for limit := time.Now().Add(stepLimit); ; {
		got := r.awaitEqual(limit)
		_, before := r.writes()
		r.awaitQuiet(quietTime)
		if r.expected.differenceOf(r.result()) != "" && time.Now().Before(limit) {
			continue // on the way through it
		}
		_, now := r.writes()
		if more := now - before; more > len(got.objects) { // one of each may have been under way
			panic(stepFailed{fmt.Errorf("%d writes after the end state", more)})
		}
		return got
	}
}

func (r *run) awaitEqual(limit time.Time) *result {
	for {
		next := r.view.next()
		got := r.result()
		difference := r.expected.differenceOf(got)
		if difference == "" {
			return got
		}
		if time.Now().After(limit) || r.expected.isExceededBy(got) {
			panic(stepFailed{errors.New(difference)})
		}
		select {
		case <-next:
		case <-r.ctx.Done():
			panic(stepFailed{context.Cause(r.ctx)})
		case <-time.After(time.Until(limit)):
		}
	}
}

func (r *run) writes() (all, done int) {
	for _, each := range r.operators {
		more, ofThem := each.proxy.writesSeen()
		all, done = all+more, done+ofThem
	}
	return all, done
}

// No event of objects that are compared, and no write.
func (r *run) awaitQuiet(time_ time.Duration) {
	limit := time.Now().Add(stepLimit)
	for {
		before := r.result()
		select {
		case <-time.After(time_):
		case <-r.ctx.Done():
			panic(stepFailed{context.Cause(r.ctx)})
		}
		if before.differenceOf(r.result()) == "" && before.done == r.result().done {
			return
		}
		if time.Now().After(limit) {
			panic(stepFailed{errors.New("no rest: it writes and writes")})
		}
	}
}

func (r *run) result() *result {
	got := &result{objects: map[string]string{}, creations: map[string]int{}, deletions: map[string]int{}}
	got.writes, got.done = r.writes()
	r.view.mutex.Lock()
	defer r.view.mutex.Unlock()
	for name, found := range r.view.objects {
		if isCompared(name) {
			got.objects[name] = r.scrubbed(found)
		}
	}
	for name, count := range r.view.creations {
		if isCompared(name) {
			got.creations[name] = count
		}
	}
	for name, count := range r.view.deletions {
		if isCompared(name) {
			got.deletions[name] = count
		}
	}
	return got
}

func isCompared(name string) bool {
	if name == "ConfigMap/kube-root-ca.crt" { // of every namespace
		return false
	}
	for _, each := range compared {
		if strings.HasPrefix(name, each.name+"/") {
			return true
		}
	}
	return false
}
