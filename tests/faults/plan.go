package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// What can happen to a request. The names are those of the log.
const (
	noFault     = ""
	delayed     = "delayed"  // reaches the server late
	held        = "held"     // is answered after others that were sent later
	refused     = "refused"  // the connection ends, and the server never sees the request
	lost        = "lost"     // the connection ends in place of the answer
	late        = "late"     // the connection ends, and the server sees the request afterwards
	repeated    = "repeated" // reaches the server twice
	conflict    = "409"      // answered without the server, as the following
	gone        = "410"
	throttled   = "429"
	failing     = "500"
	unavailable = "503"
	halfClosed  = "half-closed" // the server's side of the connection ends while the request is under way
	cutShort    = "cut-short"   // the connection ends within the answer
	unanswered  = "unanswered"  // no answer, and the connection stays
	unseen      = "unseen"      // the same, and the server never sees the request

	cutLine      = "cut-line"      // a watch ends within a line
	cutCharacter = "cut-character" // and within a character
	endedLine    = "ended-line"    // the same, as if the answer were whole
	endedEarly   = "ended-early"   // a watch ends between two lines
	lagging      = "lagging"       // each event comes late, as from a server that is behind
	dribbled     = "dribbled"      // a line comes in pieces
	expired      = "expired"       // an event of type ERROR, with code 410
	disconnected = "disconnected"  // the connection ends, with all its watches
	silenced     = "silenced"      // nothing comes any more, and the connection stays
)

type class int

const (
	read class = iota
	write
	watch
)

var possible = map[class][]string{
	read:  {delayed, held, refused, lost, gone, throttled, failing, unavailable, halfClosed, cutShort},
	write: {delayed, held, refused, lost, late, repeated, conflict, throttled, failing, unavailable, halfClosed, cutShort},
	watch: {delayed, refused, gone, throttled, failing, unavailable, cutLine, cutCharacter, endedLine, endedEarly, lagging, dribbled, expired, disconnected},
}

// The longest waits of the operator are for servers that are silent, so these are rare: 30 s for an answer, 100 s for a watch.
var silent = map[class]string{read: unanswered, write: unanswered, watch: silenced}

// A request that fails is tried again after ever longer waits: this many tries of it are disturbed at most.
var mostTries = map[class]int{read: 6, write: 6, watch: 3}

var rates = []float64{0.05, 0.15, 0.3, 0.6}

// Which faults a run has, and how many: all of it follows from the seed. Some kinds are left out, so that others are not hidden.
type plan struct {
	seed   uint64
	rate   float64
	kinds  map[string]bool
	silent map[class]bool
}

func newPlan(seed uint64) plan {
	made := plan{seed: seed, kinds: map[string]bool{}, silent: map[class]bool{}}
	dice := diceOf(seed, "plan")
	made.rate = rates[dice.IntN(len(rates))]
	for _, kind := range allKinds() {
		made.kinds[kind] = dice.IntN(3) > 0
	}
	for each := read; each <= watch; each++ {
		made.silent[each] = dice.IntN(40) == 0
	}
	return made
}

func allKinds() []string {
	var kinds []string
	seen := map[string]bool{}
	for each := read; each <= watch; each++ {
		for _, kind := range possible[each] {
			if !seen[kind] {
				kinds = append(kinds, kind)
			}
			seen[kind] = true
		}
	}
	return kinds
}

// Of the n-th request, counted from 1, that has the same key. The dice decide what else there is to decide about it.
func (p plan) fault(of class, key string, n int) (string, *rand.Rand) {
	dice := diceOf(p.seed, fmt.Sprintf("%s %d", key, n))
	if p.silent[of] && n <= 2 && dice.IntN(10) == 0 {
		if of == write && dice.IntN(2) == 0 {
			return unseen, dice
		}
		return silent[of], dice
	}
	if n > mostTries[of] || dice.Float64() >= p.rate {
		return noFault, dice
	}
	var kinds []string
	for _, kind := range possible[of] {
		if p.kinds[kind] {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return noFault, dice
	}
	return kinds[dice.IntN(len(kinds))], dice
}

func diceOf(seed uint64, text string) *rand.Rand {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}
