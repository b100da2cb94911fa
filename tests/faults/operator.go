package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// A process of the operator behind a proxy of its own. Killed, it can be started again.
type operator struct {
	name    string
	program string
	folder  string // of its files
	proxy   *proxy
	options []string

	mutex    sync.Mutex
	process  *exec.Cmd
	ended    chan struct{}
	isWanted bool // to end
	onEnd    func(error)
}

// Speaks to the proxy and trusts it as it would the API server.
func writeKubeconfig(file, address, pki, namespace string) error {
	encoded := func(name string) string {
		text, _ := os.ReadFile(filepath.Join(pki, name))
		return base64.StdEncoding.EncodeToString(text)
	}
	return os.WriteFile(file, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: proxy
clusters: [{name: proxy, cluster: {server: "https://%s", certificate-authority-data: %s}}]
users: [{name: operator, user: {client-certificate-data: %s, client-key-data: %s}}]
contexts: [{name: proxy, context: {cluster: proxy, user: operator, namespace: %s}}]
`, address, encoded("ca.crt"), encoded("gradient-operator.crt"), encoded("gradient-operator.key"), namespace), 0o600)
}

func (o *operator) logFile() string { return filepath.Join(o.folder, o.name+".log") }

func (o *operator) start() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	log, err := os.OpenFile(o.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	process := exec.Command(o.program, o.options...)
	process.Stdout, process.Stderr = log, log
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	o.process, o.ended, o.isWanted = process, ended, false
	go func() {
		err := process.Wait()
		o.mutex.Lock()
		isWanted := o.isWanted
		o.mutex.Unlock()
		close(ended)
		if !isWanted && o.hasLostLease() {
			err = o.start()
			isWanted = err == nil
		}
		if !isWanted {
			o.onEnd(fmt.Errorf("%s ended: %v", o.name, err))
		}
	}()
	return nil
}

// It ends at once then, and the kubelet starts it again.
func (o *operator) hasLostLease() bool {
	text, err := os.ReadFile(o.logFile())
	return err == nil && bytes.HasSuffix(text, []byte("the lease is lost: exiting at once\n"))
}

// Kubernetes gives a pod as much.
const grace = 30 * time.Second

// Returns when it has ended, which it does in time however much is under way.
func (o *operator) end(by syscall.Signal) {
	o.mutex.Lock()
	process, ended := o.process, o.ended
	o.isWanted = true
	o.mutex.Unlock()
	if process == nil {
		return
	}
	process.Process.Signal(by)
	select {
	case <-ended:
	case <-time.After(grace):
		o.onEnd(fmt.Errorf("%s does not end", o.name))
		process.Process.Kill()
		<-ended
	}
}

func (o *operator) signal(what syscall.Signal) { o.process.Process.Signal(what) }
