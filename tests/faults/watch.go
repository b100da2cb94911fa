package main

import (
	"bufio"
	"context"
	"math/rand/v2"
	"net/http"
	"time"
	"unicode/utf8"
)

// A stream of lines, each an event.
type stream struct {
	w      http.ResponseWriter
	r      *http.Request
	p      *proxy
	dice   *rand.Rand
	events int
}

func (p *proxy) watch(w http.ResponseWriter, r *http.Request, fault string, dice *rand.Rand) {
	switch fault {
	case gone, throttled, failing, unavailable:
		answerWith(w, fault)
		return
	case refused:
		closeConnection(r, dice)
	case delayed:
		p.pause(time.Duration(20+dice.IntN(800)) * time.Millisecond)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(p.stopped, cancel)()
	response, err := p.serverFor(dice).send(ctx, r, nil)
	if err != nil {
		closeConnection(r, dice)
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	w.(http.Flusher).Flush()
	s := &stream{w: w, r: r, p: p, dice: dice}
	after := dice.IntN(5)
	lag := time.Duration(100+dice.IntN(1500)) * time.Millisecond
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			isDue := fault != noFault && s.events >= after && p.active.Load()
			if fault == lagging && isDue {
				p.pause(lag)
			}
			rest, hasEnded := line, false
			if isDue {
				rest, hasEnded = s.disturb(line, fault)
			}
			if hasEnded {
				return
			}
			s.send(rest)
			s.events++
		}
		if err != nil {
			if r.Context().Err() == nil && err.Error() != "EOF" {
				closeConnection(r, dice)
			}
			return
		}
	}
}

func (s *stream) send(bytes []byte) {
	s.w.Write(bytes)
	s.w.(http.Flusher).Flush()
}

// What remains to be sent, or true where the stream has ended.
func (s *stream) disturb(line []byte, fault string) ([]byte, bool) {
	somewhere := 1 + s.dice.IntN(len(line)-1)
	switch fault {
	case cutLine:
		s.send(line[:somewhere])
		panic(http.ErrAbortHandler)
	case endedLine:
		s.send(line[:somewhere])
		return nil, true
	case cutCharacter:
		if at := withinCharacter(line); at > 0 {
			s.send(line[:at])
			panic(http.ErrAbortHandler)
		}
	case dribbled:
		if at := withinCharacter(line); at > 0 {
			somewhere = at
		}
		s.send(line[:somewhere])
		s.p.pause(50 * time.Millisecond)
		return line[somewhere:], false
	case endedEarly:
		return nil, true
	case expired:
		s.send(append(append([]byte(`{"type":"ERROR","object":`), statusOf(gone)...), "}\n"...))
		return nil, true
	case disconnected:
		closeConnection(s.r, s.dice)
	case silenced:
		s.p.keepSilent(s.r)
	}
	return line, false
}

// The first place between two bytes of one character, or 0.
func withinCharacter(line []byte) int {
	for i, each := range line {
		if i > 0 && each >= utf8.RuneSelf && !utf8.RuneStart(each) {
			return i
		}
	}
	return 0
}
