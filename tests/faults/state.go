package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// What differs between two runs for no reason of the operator's.
var (
	ofServer  = map[string]bool{"uid": true, "resourceVersion": true, "creationTimestamp": true, "managedFields": true, "generation": true, "selfLink": true}
	ofNetwork = map[string]bool{"clusterIP": true, "clusterIPs": true, "nodePort": true}
	timestamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	podName   = regexp.MustCompile(`\b(app|other)-[0-9a-f]{6,10}-[a-z0-9]{5}\b`)
	ourKinds  = map[string]bool{"GradientDeployment": true, "Dataset": true, "Model": true, "ContainerRegistry": true}
	ofObject  = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	hostHash  = regexp.MustCompile(`app-NAMESPACE-[0-9a-f]{6}`)
	// Hashes over what has UIDs in it, and a number that depends on how fast one edit follows the other.
	variable = map[string]bool{"gradient-operator.dev/applied": true, "gradient-operator.dev/dataset-uid": true, "deployment.kubernetes.io/revision": true}
)

// The object as text, without what is the server's. The status is kept where it is the operator's.
func (r *run) scrubbed(found object) string {
	kept := object{}
	for field, value := range found {
		if field == "status" && !ourKinds[textAt(found, "kind")] {
			continue
		}
		kept[field] = value
	}
	text, _ := json.MarshalIndent(r.scrub(kept, ""), "", " ")
	result := strings.ReplaceAll(string(text), r.namespace, "NAMESPACE")
	result = hostHash.ReplaceAllString(timestamp.ReplaceAllString(result, "TIME"), "HOST")
	result = ofObject.ReplaceAllString(result, "UID")
	return podName.ReplaceAllString(result, "POD")
}

func (r *run) scrub(value any, under string) any {
	switch of := value.(type) {
	case object:
		kept := object{}
		for name, each := range of {
			isOfServer := ofServer[name] && (under == "metadata" || under == "ownerReferences")
			if isOfServer || ofNetwork[name] || variable[name] || name == "lastTransitionTime" {
				continue
			}
			kept[name] = r.scrub(each, name)
		}
		if under == "ownerReferences" {
			kept["isAlive"] = r.isAlive(of)
		}
		return kept
	case []any:
		kept := []any{}
		for _, each := range of {
			kept = append(kept, r.scrub(each, under))
		}
		return kept
	}
	return value
}

// Whether the owner is the very object of that name. Called with the view locked.
func (r *run) isAlive(reference object) bool {
	owner := r.view.objects[textAt(reference, "kind")+"/"+textAt(reference, "name")]
	return owner != nil && textAt(owner, "metadata", "uid") == textAt(reference, "uid")
}

func (expected *result) differenceOf(got *result) string {
	var lines []string
	for name := range union(expected.objects, got.objects) {
		before, after := expected.objects[name], got.objects[name]
		if before != after {
			lines = append(lines, "  "+name+": "+firstDifference(before, after))
		}
	}
	count := func(what string, before, after map[string]int) {
		for name := range union(before, after) {
			if before[name] != after[name] {
				lines = append(lines, fmt.Sprintf("  %s: %d %s, undisturbed %d", name, after[name], what, before[name]))
			}
		}
	}
	count("creations", expected.creations, got.creations)
	count("deletions", expected.deletions, got.deletions)
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// There are more creations or deletions, of which none is undone.
func (expected *result) isExceededBy(got *result) bool {
	isMore := func(before, after map[string]int) bool {
		for name := range after {
			if after[name] > before[name] {
				return true
			}
		}
		return false
	}
	return isMore(expected.creations, got.creations) || isMore(expected.deletions, got.deletions)
}

func union[Value any](left, right map[string]Value) map[string]bool {
	all := map[string]bool{}
	for name := range left {
		all[name] = true
	}
	for name := range right {
		all[name] = true
	}
	return all
}

func firstDifference(before, after string) string {
	if before == "" {
		return "it should not exist"
	}
	if after == "" {
		return "it does not exist"
	}
	left, right := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := 0; i < len(left) || i < len(right); i++ {
		if i >= len(left) || i >= len(right) || left[i] != right[i] {
			part := func(lines []string) string {
				return strings.Join(lines[min(i, len(lines)):min(i+4, len(lines))], " ")
			}
			return fmt.Sprintf("%s\n    undisturbed: %s", part(right), part(left))
		}
	}
	return ""
}
