package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A JSON object.
type object = map[string]any

// What is counted and compared: a collection of the API.
type kind struct {
	group, plural, name string
}

var (
	deployments = kind{"apis/apps/v1", "deployments", "Deployment"}
	claims      = kind{"api/v1", "persistentvolumeclaims", "PersistentVolumeClaim"}
	secrets     = kind{"api/v1", "secrets", "Secret"}
	pods        = kind{"api/v1", "pods", "Pod"}
	namespaces  = kind{"api/v1", "namespaces", "Namespace"}
	leases      = kind{"apis/coordination.k8s.io/v1", "leases", "Lease"}
	crds        = kind{"apis/apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition"}
	autoscalers = kind{"apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"}
	budgets     = kind{"apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"}
	services    = kind{"api/v1", "services", "Service"}
	ingresses   = kind{"apis/networking.k8s.io/v1", "ingresses", "Ingress"}

	gradientDeployments = kind{ours, "gradientdeployments", "GradientDeployment"}
	datasets            = kind{ours, "datasets", "Dataset"}
	models              = kind{ours, "models", "Model"}
	registries          = kind{ours, "containerregistries", "ContainerRegistry"}
)

const ours = "apis/gradient-operator.dev/v1alpha1"

// Those whose objects the end state consists of.
var compared = []kind{deployments, services, autoscalers, budgets, ingresses, secrets, claims, {"api/v1", "configmaps", "ConfigMap"},
	{"apis/batch/v1", "jobs", "Job"}, gradientDeployments, datasets, models, registries}

func (k kind) apiVersion() string { return k.group[strings.Index(k.group, "/")+1:] }

// Whoever changes objects without the proxy between: the administrator.
type cluster struct {
	server
}

func certificateOf(folder, name string) (tls.Certificate, error) {
	return tls.LoadX509KeyPair(filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key"))
}

// An API server for whoever has the certificate of that name.
func newServer(url, folder, name string) (*server, error) {
	certificate, err := certificateOf(folder, name)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	return &server{url: url, client: &http.Client{Transport: &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: roots}}}}, nil
}

type refusal struct {
	code    int
	message string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.code, r.message) }

func isCode(err error, code int) bool {
	answer, is := err.(*refusal)
	return is && answer.code == code
}

// An answer other than success is an error.
func (s *server) request(method, path, contentType string, body any) (object, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.url+"/"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var got object
	err = json.Unmarshal(text, &got)
	if response.StatusCode >= 300 {
		message, _ := got["message"].(string)
		return got, &refusal{response.StatusCode, method + " " + path + ": " + message}
	}
	return got, err
}

func (k kind) path(namespace string, more ...string) string {
	path := k.group
	if namespace != "" {
		path += "/namespaces/" + namespace
	}
	return strings.Join(append([]string{path, k.plural}, more...), "/")
}

func (s *server) get(of kind, namespace, name string) (object, error) {
	return s.request("GET", of.path(namespace, name), "", nil)
}

func (s *server) create(of kind, namespace, name string, rest object) error {
	made := object{"apiVersion": of.apiVersion(), "kind": of.name, "metadata": object{"name": name}}
	for field, value := range rest {
		made[field] = value
	}
	_, err := s.request("POST", of.path(namespace), "application/json", made)
	return err
}

func (s *server) patch(of kind, namespace, name string, change object, more ...string) error {
	_, err := s.request("PATCH", of.path(namespace, append([]string{name}, more...)...), "application/merge-patch+json", change)
	return err
}

func (s *server) remove(of kind, namespace, name string) error {
	_, err := s.request("DELETE", of.path(namespace, name), "application/json", object{"propagationPolicy": "Background"})
	return err
}

// The value at the end of the way, or nil.
func at(value any, way ...string) any {
	for _, name := range way {
		fields, _ := value.(object)
		value = fields[name]
	}
	return value
}

func textAt(value any, way ...string) string {
	text, _ := at(value, way...).(string)
	return text
}

func listAt(value any, way ...string) []any {
	list, _ := at(value, way...).([]any)
	return list
}
