package main

import (
	"context"
	"sync"
	"syscall"
	"time"
)

// What users do, and the steps in which it can be seen that the operator has followed: counts are equal only where no step overtakes.
type scenario struct {
	name  string
	steps func(*run)
	count int // of operators, if not one
}

func (s *scenario) operators() int { return max(1, s.count) }

var scenarios = []scenario{
	{name: "create", steps: create},
	{name: "change", steps: change},
	{name: "scale", steps: scale},
	{name: "roll-back", steps: rollBack},
	{name: "delete", steps: deleteAll},
	{name: "make-again", steps: makeAgain},
	{name: "namespace-deleted", steps: deleteNamespace},
	{name: "children-deleted", steps: deleteChildren},
	{name: "killed", steps: killed},
	{name: "two-operators", steps: twoOperators, count: 2},
	{name: "crds-upgraded", steps: upgradeCRDs},
}

// Those that have its name.
var children = []kind{ingresses, budgets, services, deployments}

// Of the object that everything hangs on. Characters of several bytes are there to be cut.
func app(image string, replicas int) object {
	return object{"spec": object{
		"image": "registry.example.com/team/app:" + image, "containerRegistry": "registry", "port": 8080,
		"env": []any{object{"name": "GREETING", "value": "grüße, 日本語 — ça va"}, object{"name": "TOKEN", "value": "SECRET:token"}},
		"repositories": object{"dataset": "code", "mountPath": "/code",
			"repositories": []any{object{"url": "https://git.example.com/code.git", "name": "code", "ref": "main"}}},
		"resources": object{"replicas": replicas, "instanceType": "C4"}}}
}

// In any order: each waits for what it names.
func (r *run) createAll() {
	creations := []func() error{
		func() error {
			return r.admin.create(secrets, r.namespace, "gradient-secrets", object{"stringData": object{"token": "ä-token", "password": "secret"}})
		},
		func() error {
			return r.admin.create(registries, r.namespace, "registry", object{"spec": object{"server": "registry.example.com", "username": "bot", "password": "SECRET:password"}})
		},
		func() error {
			return r.admin.create(datasets, r.namespace, "code", object{"spec": object{"size": "1Gi", "accessModes": []any{"ReadWriteMany"}}})
		},
		func() error { return r.admin.create(gradientDeployments, r.namespace, "app", app("1.0", 2)) },
	}
	r.dice.Shuffle(len(creations), func(i, j int) { creations[i], creations[j] = creations[j], creations[i] })
	for _, each := range creations {
		r.must(each())
	}
}

func (r *run) awaitUp() {
	r.awaitThat(gradientDeployments, "app", "is observed and ready", func(app object) bool {
		return at(app, "status", "observedGeneration") == at(app, "metadata", "generation") && conditionOf(app, "Ready") == "True"
	})
}

func conditionOf(of object, name string) string {
	for _, each := range listAt(of, "status", "conditions") {
		if textAt(each, "type") == name {
			return textAt(each, "status")
		}
	}
	return ""
}

func (r *run) edit(spec object) {
	r.must(r.admin.patch(gradientDeployments, r.namespace, "app", object{"spec": spec}))
}

func create(r *run) {
	r.createAll()
	r.awaitUp()
}

func change(r *run) {
	create(r)
	r.edit(object{"env": []any{object{"name": "GREETING", "value": "добрый день"}}, "port": 9090})
	r.awaitUp()
	r.edit(object{"resources": object{"autoscaling": object{"enabled": true, "maxReplicas": 4, "metrics": []any{object{"metric": "cpu", "value": 60}}}}})
	r.awaitExists(autoscalers, "app")
	r.settleWrites()
	r.edit(object{"resources": object{"autoscaling": nil}})
	r.awaitGone(autoscalers, "app")
	r.settleWrites()
	replaceByOne(r)
}

// Another image, and one replica, which needs no disruption budget.
func replaceByOne(r *run) {
	r.edit(object{"image": "registry.example.com/team/app:2.0", "resources": object{"replicas": 1}})
	r.awaitGone(budgets, "app")
	r.awaitUp()
}

func scale(r *run) {
	create(r)
	for _, count := range []int{5, 0, 3} {
		r.must(r.admin.patch(gradientDeployments, r.namespace, "app", object{"spec": object{"replicas": count}}, "scale"))
		r.awaitThat(deployments, "app", "is scaled", func(found object) bool { return at(found, "spec", "replicas") == float64(count) })
	}
	r.awaitUp()
}

func rollBack(r *run) {
	create(r)
	for _, image := range []string{"2.0", "broken", "1.0"} { // one on the heels of the other
		r.edit(object{"image": "registry.example.com/team/app:" + image})
		time.Sleep(time.Duration(r.dice.IntN(100)) * time.Millisecond)
	}
	r.edit(object{"enabled": false})
	r.awaitThat(deployments, "app", "is switched off", func(found object) bool { return at(found, "spec", "replicas") == 0.0 })
	r.awaitGone(budgets, "app")
	r.settleWrites()
	r.edit(object{"enabled": true})
	r.awaitUp()
}

// The claim stays, with the files of whoever made them.
func deleteAll(r *run) {
	create(r)
	r.settleWrites()
	r.must(r.admin.remove(gradientDeployments, r.namespace, "app"))
	r.must(r.admin.remove(registries, r.namespace, "registry"))
	r.must(r.admin.remove(datasets, r.namespace, "code"))
	for _, each := range children {
		r.awaitGone(each, "app")
	}
	r.awaitGone(secrets, "registry-pull")
}

func makeAgain(r *run) {
	create(r)
	r.settleWrites()
	r.must(r.admin.remove(gradientDeployments, r.namespace, "app"))
	r.must(r.admin.create(gradientDeployments, r.namespace, "app", app("2.0", 3)))
	r.await("the children are those of the new one", func() bool {
		owner := textAt(r.view.find(gradientDeployments, "app"), "metadata", "uid")
		for _, each := range children {
			found := r.view.find(each, "app")
			if found == nil || textAt(listAt(found, "metadata", "ownerReferences")[0], "uid") != owner {
				return false
			}
		}
		return true
	})
	r.awaitUp()
}

// A request that comes late would make anew what is deleted: as it should, and not as it was.
func (r *run) settleWrites() {
	for _, each := range r.operators {
		each.proxy.awaitLate()
	}
}

func deleteNamespace(r *run) {
	create(r)
	r.settleWrites()
	r.must(r.admin.remove(namespaces, "", r.namespace))
	r.awaitGone(namespaces, r.namespace)
	r.must(r.admin.create(namespaces, "", r.namespace, nil))
	r.createAll()
	r.awaitUp()
}

// By somebody else.
func deleteChildren(r *run) {
	create(r)
	r.settleWrites()
	for _, each := range children {
		before := textAt(r.view.find(each, "app"), "metadata", "uid")
		r.must(r.admin.remove(each, r.namespace, "app"))
		r.awaitThat(each, "app", "is made again", func(found object) bool { return textAt(found, "metadata", "uid") != before })
	}
	r.must(r.admin.patch(deployments, r.namespace, "app", object{"spec": object{"replicas": 7, "paused": true}}))
	r.awaitThat(deployments, "app", "is as it was", func(found object) bool {
		return at(found, "spec", "replicas") == 2.0 && at(found, "spec", "paused") == nil
	})
	r.awaitUp()
}

// At each of the writes in turn, before or after the server has seen it.
func killed(r *run) {
	if r.expected != nil {
		at, isBefore := 1+int(r.turn/2)%r.expected.writes, r.turn%2 == 0
		victim := r.operators[0]
		var once sync.Once
		victim.proxy.mutex.Lock()
		victim.proxy.onWrite = func(n int, isDone bool) {
			if n != at || isDone == isBefore {
				return
			}
			once.Do(func() {
				victim.end(syscall.SIGKILL)
				if err := victim.start(); err != nil {
					r.fail(err)
				}
			})
		}
		victim.proxy.mutex.Unlock()
	}
	create(r)
	r.settleWrites()
	replaceByOne(r)
}

// The leader ends by itself, is killed, or stands still for longer than its Lease lasts.
func twoOperators(r *run) {
	create(r)
	leader := r.leader()
	if r.expected != nil {
		switch r.dice.IntN(3) {
		case 0:
			leader.end(syscall.SIGTERM)
		case 1:
			leader.end(syscall.SIGKILL)
		case 2:
			leader.isWanted = true
			leader.signal(syscall.SIGSTOP)
			defer leader.signal(syscall.SIGCONT)
		}
	}
	r.settleWrites()
	replaceByOne(r)
}

// The one that has written: nobody else may.
func (r *run) leader() *operator {
	for _, each := range r.operators {
		if all, _ := each.proxy.writesSeen(); all > 0 {
			return each
		}
	}
	panic(stepFailed{errNoLeader})
}

var crdTurn sync.Mutex

// The server ends all watches of a kind whose CRD changes, and reads its objects anew. One run at a time: it concerns all others too.
func upgradeCRDs(r *run) {
	crdTurn.Lock()
	defer crdTurn.Unlock()
	ctx, stop := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- r.keepUpgrading(ctx) }()
	defer func() {
		stop()
		r.must(<-done)
	}()
	change(r)
}

func (r *run) keepUpgrading(ctx context.Context) error {
	for range 2 { // a field comes, and goes again
		for _, each := range []kind{gradientDeployments, datasets, models, registries} {
			if err := r.upgrade(each.plural + ".gradient-operator.dev"); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(400 * time.Millisecond):
			}
		}
	}
	return nil
}

// As a newer version would: with a field that the older one has not.
func (r *run) upgrade(name string) error {
	found, err := r.admin.get(crds, "", name)
	if err != nil {
		return err
	}
	versions := listAt(found, "spec", "versions")
	fields, _ := at(versions[0], "schema", "openAPIV3Schema", "properties", "spec", "properties").(object)
	if fields["ofNewerVersions"] == nil {
		fields["ofNewerVersions"] = object{"type": "string"}
	} else {
		delete(fields, "ofNewerVersions")
	}
	_, err = r.admin.request("PUT", crds.path("", name), "application/json", found)
	if isCode(err, 409) {
		return nil
	}
	return err
}
