// git-lfs itself, which besides looks at where it is led (local_addresses.go).
package main

import (
	"os"

	"github.com/git-lfs/git-lfs/v3/commands"
)

func main() {
	code := commands.Run()
	commands.Cleanup()
	os.Exit(code)
}
