package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What a namespace has had, as the API server tells it to somebody whom no fault concerns.
type view struct {
	mutex     sync.Mutex
	objects   map[string]object // by KIND/NAME
	creations map[string]int
	deletions map[string]int
	changed   chan struct{} // closed and made anew with each event
}

func newView() *view {
	return &view{objects: map[string]object{}, creations: map[string]int{}, deletions: map[string]int{}, changed: make(chan struct{})}
}

func (v *view) find(of kind, name string) object {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.objects[of.name+"/"+name]
}

// Watches all namespaces of the runs.
type observer struct {
	server *server
	fatal  func(error)
	mutex  sync.Mutex
	views  map[string]*view
	onPod  func(object)
}

const namespacePrefix = "faults-"

func (o *observer) open(namespace string) *view {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.views[namespace] = newView()
	return o.views[namespace]
}

func (o *observer) close(namespace string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	delete(o.views, namespace)
}

func (o *observer) viewOf(namespace string) *view {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.views[namespace]
}

func (o *observer) start() error {
	for _, each := range append([]kind{pods, leases, namespaces}, compared...) {
		version, err := o.list(each)
		if err != nil {
			return err
		}
		go o.follow(each, version)
	}
	return nil
}

// What has come and gone meanwhile is told as events would have. Returns the version to go on from.
func (o *observer) list(of kind) (string, error) {
	list, err := o.server.request("GET", of.path(""), "", nil)
	if err != nil {
		return "", err
	}
	there := map[string]bool{}
	for _, each := range listAt(list, "items") {
		found := each.(object)
		found["kind"], found["apiVersion"] = of.name, of.apiVersion()
		there[textAt(found, "metadata", "uid")] = true
		o.take(of, "LISTED", found)
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, each := range o.views {
		each.removeOthers(of, there)
	}
	return textAt(list, "metadata", "resourceVersion"), nil
}

// From one version on, so that nothing is missed where the server ends a watch. Only a changed CRD has it forget its versions.
func (o *observer) follow(of kind, version string) {
	for {
		next, err := o.read(of, version)
		if errors.Is(err, errExpired) {
			next, err = o.list(of)
		}
		if err != nil {
			o.fatal(fmt.Errorf("watch %s: %w", of.name, err))
			return
		}
		version = next
	}
}

var errExpired = errors.New("the version is too old")

func (o *observer) read(of kind, version string) (string, error) {
	path := fmt.Sprintf("%s/%s?watch=true&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=%s", o.server.url, of.path(""), version)
	response, err := o.server.client.Get(path)
	if err != nil {
		time.Sleep(100 * time.Millisecond)
		return version, nil
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusGone {
		return "", errExpired
	}
	if response.StatusCode != http.StatusOK {
		time.Sleep(100 * time.Millisecond)
		return version, nil
	}
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return version, nil
		}
		var event struct {
			Type   string
			Object object
		}
		if err := json.Unmarshal(line, &event); err != nil {
			return "", err
		}
		if event.Type == "ERROR" {
			return "", errExpired
		}
		version = textAt(event.Object, "metadata", "resourceVersion")
		if event.Type != "BOOKMARK" {
			o.take(of, event.Type, event.Object)
		}
	}
}

func (o *observer) take(of kind, event string, found object) {
	namespace := textAt(found, "metadata", "namespace")
	if of == namespaces {
		namespace = textAt(found, "metadata", "name")
	}
	if !strings.HasPrefix(namespace, namespacePrefix) {
		return
	}
	if of == pods && event != "DELETED" {
		o.onPod(found)
	}
	if v := o.viewOf(namespace); v != nil {
		v.take(of.name+"/"+textAt(found, "metadata", "name"), event, found)
	}
}

func (v *view) take(name, event string, found object) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if event == "LISTED" {
		before := v.objects[name]
		switch {
		case before == nil:
			event = "ADDED"
		case textAt(before, "metadata", "uid") != textAt(found, "metadata", "uid"):
			v.deletions[name]++
			event = "ADDED"
		}
	}
	switch event {
	case "ADDED":
		v.creations[name]++
		v.objects[name] = found
	case "DELETED":
		v.deletions[name]++
		delete(v.objects, name)
	default:
		v.objects[name] = found
	}
	v.tell()
}

func (v *view) removeOthers(of kind, there map[string]bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	for name, found := range v.objects {
		if strings.HasPrefix(name, of.name+"/") && !there[textAt(found, "metadata", "uid")] {
			v.deletions[name]++
			delete(v.objects, name)
		}
	}
	v.tell()
}

func (v *view) tell() {
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *view) next() <-chan struct{} {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.changed
}

// In place of a kubelet: a pod runs and is ready as soon as it exists.
type kubelet struct {
	server *server
	queue  chan object
}

func (k *kubelet) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case pod := <-k.queue:
			k.start(pod)
		}
	}
}

func (k *kubelet) take(pod object) {
	if textAt(pod, "status", "phase") != "Pending" || textAt(pod, "metadata", "deletionTimestamp") != "" {
		return
	}
	select {
	case k.queue <- pod:
	default: // more than ever run at a time: the end state will show it
	}
}

func (k *kubelet) start(pod object) {
	now := time.Now().UTC().Format(time.RFC3339)
	var conditions []any
	for _, each := range []string{"PodScheduled", "Initialized", "ContainersReady", "Ready"} {
		conditions = append(conditions, object{"type": each, "status": "True", "lastTransitionTime": now})
	}
	status := object{"phase": "Running", "startTime": now, "conditions": conditions,
		"containerStatuses":     statusesOf(listAt(pod, "spec", "containers"), object{"running": object{"startedAt": now}}, true),
		"initContainerStatuses": statusesOf(listAt(pod, "spec", "initContainers"), object{"terminated": object{"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}, false)}
	// It may have gone meanwhile.
	k.server.patch(pods, textAt(pod, "metadata", "namespace"), textAt(pod, "metadata", "name"), object{"status": status}, "status")
}

func statusesOf(containers []any, state object, isRunning bool) []any {
	statuses := []any{}
	for _, each := range containers {
		statuses = append(statuses, object{"name": textAt(each, "name"), "image": textAt(each, "image"), "imageID": "", "ready": true,
			"started": isRunning, "restartCount": 0, "state": state})
	}
	return statuses
}
