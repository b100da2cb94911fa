// rclone with the kinds of sources and the commands that gradient-sync, its tests and its measurements use: half of it to compile and
// to ship. It has two things that rclone has not: remotes that no file has, and the command `names`.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	_ "github.com/rclone/rclone/backend/azureblob"
	_ "github.com/rclone/rclone/backend/googlecloudstorage"
	_ "github.com/rclone/rclone/backend/http"
	_ "github.com/rclone/rclone/backend/local"
	_ "github.com/rclone/rclone/backend/s3"
	_ "github.com/rclone/rclone/backend/sftp"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/cat"
	_ "github.com/rclone/rclone/cmd/copy"
	_ "github.com/rclone/rclone/cmd/copyto"
	_ "github.com/rclone/rclone/cmd/lsjson"
	_ "github.com/rclone/rclone/cmd/obscure"
	"github.com/rclone/rclone/fs/config"
	"github.com/rclone/rclone/fs/filter"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var remotes = pflag.String("remotes", "", "JSON file {REMOTE: {OPTION: value in Base64}}, in place of a configuration file")

// A configuration file of rclone changes values: %(name)s becomes another one, quotes and blanks around them go. Here they are bytes.
func useRemotes() {
	if *remotes == "" {
		return
	}
	var all map[string]map[string][]byte
	text, err := os.ReadFile(*remotes)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err == nil {
		err = pflag.Set("config", "") // what is in memory only
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "--remotes:", err)
		os.Exit(1)
	}
	for remote, options := range all {
		for option, value := range options {
			config.Data().SetValue(remote, option, string(value))
		}
	}
}

var names = &cobra.Command{
	Use:   "names FILE",
	Short: "Print those of the file's names, each ended by a zero byte, that the filters let through.",
	Args:  cobra.ExactArgs(1),
	RunE: func(command *cobra.Command, args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		rules := filter.GetConfig(context.Background())
		letsFolderThrough := rules.IncludeDirectory(context.Background(), nil)
		var through bytes.Buffer
		for len(text) > 0 {
			name, rest, _ := bytes.Cut(text, []byte{0})
			text = rest
			isThrough := rules.IncludeRemote(string(name))
			for at := range name { // rclone does not look into a folder that a pattern leaves out
				if isThrough && at > 0 && name[at] == '/' {
					if isThrough, err = letsFolderThrough(string(name[:at])); err != nil {
						return err
					}
				}
			}
			if isThrough {
				through.Write(append(name, 0))
			}
		}
		_, err = os.Stdout.Write(through.Bytes())
		return err
	},
}

func main() {
	cobra.OnInitialize(useRemotes) // after the flags are read, before rclone uses them
	cmd.Root.AddCommand(names)
	cmd.Main()
}
